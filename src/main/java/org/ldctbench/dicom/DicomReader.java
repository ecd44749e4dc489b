package org.ldctbench.dicom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.ScratchBuffer;
import org.ldctbench.common.UserException;

/**
 * Reads single-frame CT slices from DICOM Part 10 files: implicit and explicit little endian, big
 * endian, deflated and RLE; 8 or 16 bits allocated, signed or not. Elements that are not needed are
 * skipped, not parsed.
 */
public final class DicomReader {
  private static final int PREAMBLE = 128;
  private static final long MAX_FILE = 256L << 20;

  private static final short[] NO_PIXELS = {};

  private DicomReader() {}

  /**
   * Reads one slice.
   *
   * @throws UserException with code DATA, naming the file, if it is missing, damaged, or not a
   *     single-frame greyscale image in a supported transfer syntax
   */
  public static CtSlice read(Path file) {
    return read(file, NO_PIXELS);
  }

  /**
   * Reads one slice into an array that is used again: reading many slices costs less when their
   * pixels stay in the processor's caches.
   *
   * @param reusable becomes the slice's pixels if it has the right length
   */
  public static CtSlice read(Path file, short[] reusable) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size > MAX_FILE) {
        throw new DicomException("is larger than 256 MiB, which no CT slice is");
      }
      ByteBuffer content = ScratchBuffer.get((int) size);
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // a read may return less than asked for
      }
      return parse(content.flip(), reusable);
    } catch (NoSuchFileException e) {
      throw new UserException(ExitCode.DATA, file + ": no such file", e);
    } catch (DicomException e) {
      throw new UserException(ExitCode.DATA, file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserException(ExitCode.DATA, file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  static CtSlice parse(ByteBuffer file, short[] reusable) {
    if (!file.hasRemaining()) {
      throw new DicomException("is empty; copy it again from its source");
    }
    if (file.remaining() < PREAMBLE + 4
        || file.order(ByteOrder.BIG_ENDIAN).getInt(PREAMBLE) != 0x4449434d) {
      throw new DicomException("is not a DICOM file (no DICM mark at byte 128)");
    }
    ByteBuffer data = file.slice(PREAMBLE + 4, file.limit() - PREAMBLE - 4);
    TransferSyntax syntax = readMetaInformation(data);
    if (syntax == TransferSyntax.DEFLATED) {
      data = inflate(data);
    }
    return new PixelModule(syntax, reusable)
        .read(new ElementReader(data, syntax.explicit, syntax.bigEndian));
  }

  /** Group 2, always explicit little endian; leaves the buffer at the first other element. */
  private static TransferSyntax readMetaInformation(ByteBuffer data) {
    ElementReader reader = new ElementReader(data, true, false);
    String uid = null;
    while (data.remaining() >= 8 && (data.getShort(data.position()) & 0xffff) == 2) {
      reader.next();
      if (reader.tag() == 0x00020010) {
        uid = reader.text();
      } else {
        reader.skip();
      }
    }
    if (uid == null) {
      throw new DicomException("does not say its transfer syntax (0002,0010)");
    }
    return TransferSyntax.of(uid);
  }

  private static ByteBuffer inflate(ByteBuffer deflated) {
    Inflater inflater = new Inflater(true);
    inflater.setInput(deflated.slice());
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 20);
    byte[] chunk = new byte[1 << 16];
    try {
      while (!inflater.finished()) {
        int count = inflater.inflate(chunk);
        if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw new DicomException("the deflated data set is truncated");
        }
        out.write(chunk, 0, count);
        if (out.size() > MAX_FILE) {
          throw new DicomException("inflates to more than 256 MiB");
        }
      }
    } catch (DataFormatException e) {
      throw new DicomException("the deflated data set is damaged");
    } finally {
      inflater.end();
    }
    return ByteBuffer.wrap(out.toByteArray());
  }
}
