package org.ldctbench.download;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Unpacks the zip file of a series, trusting nothing in it. */
final class SeriesZip {
  private static final int MOST_FILES = 100_000;
  private static final long MOST_BYTES = 16L << 30;

  private final Path zip;
  private long bytes;

  SeriesZip(Path zip) {
    this.zip = zip;
  }

  /**
   * Unpacks into a new folder.
   *
   * @throws IOException if the file is damaged, which another download may mend
   * @throws SeriesException if a name leaves the folder or there is more than a series can hold
   */
  void unpackTo(Path folder) throws IOException, SeriesException {
    try (ZipFile source = new ZipFile(zip.toFile())) {
      if (source.size() > MOST_FILES) {
        throw new SeriesException("refused, its zip file holds " + source.size() + " files");
      }
      for (Enumeration<? extends ZipEntry> all = source.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        Path target = target(folder, entry.getName());
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) && !entry.isDirectory()) {
          throw new ZipException("a file is there twice");
        }
        if (!entry.isDirectory()) {
          Folders.create(target.getParent());
          unpack(source, entry, target);
        }
      }
    }
  }

  private static Path target(Path folder, String name) throws SeriesException {
    try {
      Path target = folder.resolve(name).normalize();
      if (target.startsWith(folder) && !target.equals(folder) && name.indexOf('\\') < 0) {
        return target;
      }
      throw new SeriesException("refused, a name in its zip file leads out of the folder");
    } catch (InvalidPathException e) {
      throw new SeriesException("refused, a name in its zip file is not valid", e);
    }
  }

  private void unpack(ZipFile source, ZipEntry entry, Path target)
      throws IOException, SeriesException {
    CRC32 sum = new CRC32();
    long size = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = source.getInputStream(entry);
        OutputStream out = Folders.open(target)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        size += n;
        bytes += n;
        if (bytes > MOST_BYTES) {
          throw new SeriesException(
              "refused, its zip file unpacks to more than " + (MOST_BYTES >> 30) + " GiB");
        }
        sum.update(buffer, 0, n);
        write(out, buffer, n, target);
      }
    }
    if (size != entry.getSize() || sum.getValue() != entry.getCrc()) {
      throw new ZipException("size or checksum of a file is wrong");
    }
  }

  /** Tells a full disk from a damaged source. */
  static void write(OutputStream out, byte[] buffer, int count, Path target) {
    try {
      out.write(buffer, 0, count);
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT,
          "cannot write " + target + " (" + e.getMessage() + "); make room and run again",
          e);
    }
  }
}
