package org.ldctbench.dicom;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Collects the image description (PS3.3, C.7.6.3) and decodes the pixels that follow it. */
final class PixelModule {
  private static final int PIXEL_DATA = 0x7fe00010;
  private static final int MAX_EDGE = 16384;

  private final TransferSyntax syntax;
  private final short[] reusable;
  private int rows = -1;
  private int columns = -1;
  private int samples = 1;
  private int bitsAllocated = -1;
  private int bitsStored = -1;
  private int highBit = -1;
  private boolean signed;
  private String frames = "1";
  private Double slope;
  private Double intercept;
  private Integer padding;
  private String patientId = "";
  private Double pixelSpacing;

  /**
   * @param reusable array for the pixels if its length fits; may be empty
   */
  PixelModule(TransferSyntax syntax, short[] reusable) {
    this.syntax = syntax;
    this.reusable = reusable;
  }

  CtSlice read(ElementReader elements) {
    while (elements.next()) {
      switch (elements.tag()) {
        case 0x00100020 -> patientId = elements.text();
        case 0x00280002 -> samples = elements.unsignedShort();
        case 0x00280008 -> frames = elements.text();
        case 0x00280010 -> rows = elements.unsignedShort();
        case 0x00280011 -> columns = elements.unsignedShort();
        case 0x00280030 -> pixelSpacing = decimal(elements.text());
        case 0x00280100 -> bitsAllocated = elements.unsignedShort();
        case 0x00280101 -> bitsStored = elements.unsignedShort();
        case 0x00280102 -> highBit = elements.unsignedShort();
        case 0x00280103 -> signed = elements.unsignedShort() == 1;
        case 0x00280120 -> padding = elements.length() == 0 ? null : elements.unsignedShort();
        case 0x00281052 -> intercept = decimal(elements.text());
        case 0x00281053 -> slope = decimal(elements.text());
        case PIXEL_DATA -> {
          return slice(decode(elements));
        }
        default -> elements.skip();
      }
    }
    throw new DicomException(
        "has no pixel data (7fe0,0010); it is truncated or no image, copy it again from its source");
  }

  private CtSlice slice(short[] pixels) {
    Integer paddingValue =
        padding != null && signed ? Integer.valueOf(padding.shortValue()) : padding;
    return new CtSlice(
        rows,
        columns,
        bitsStored,
        signed,
        pixels,
        slope,
        intercept,
        paddingValue,
        patientId,
        pixelSpacing);
  }

  private short[] decode(ElementReader elements) {
    if (rows < 1 || columns < 1 || rows > MAX_EDGE || columns > MAX_EDGE) {
      throw new DicomException("has no usable size (" + rows + " x " + columns + ")");
    }
    if (samples != 1) {
      throw new DicomException("has " + samples + " samples a pixel; only greyscale is supported");
    }
    if (!frames.isEmpty() && !"1".equals(frames)) {
      throw new DicomException("has " + frames + " frames; split it into single slices first");
    }
    if (bitsAllocated != 8 && bitsAllocated != 16) {
      throw new DicomException("has " + bitsAllocated + " bits allocated; 8 and 16 are supported");
    }
    if (bitsStored == -1) {
      throw new DicomException("does not say how many bits are stored (0028,0101)");
    }
    if (bitsStored < 1 || bitsStored > bitsAllocated) {
      throw new DicomException(
          "has " + bitsStored + " bits stored of " + bitsAllocated + " allocated");
    }
    if (highBit != -1 && highBit != bitsStored - 1) {
      throw new DicomException(
          "has its high bit " + highBit + " instead of " + (bitsStored - 1) + " (0028,0102)");
    }
    boolean encapsulated = elements.length() == ElementReader.UNDEFINED;
    if (encapsulated != (syntax == TransferSyntax.RLE)) {
      throw new DicomException("has pixels in another form than its transfer syntax says");
    }
    short[] pixels = encapsulated ? runLength(encapsulatedFrame(elements.rest())) : raw(elements);
    trim(pixels);
    return pixels;
  }

  private short[] raw(ElementReader elements) {
    // Big endian words of two 8-bit pixels hold the first pixel in their second byte.
    boolean swapped = bitsAllocated == 8 && syntax.bigEndian && elements.vr().equals("OW");
    ByteBuffer raw = elements.value();
    long needed = (long) rows * columns * bitsAllocated / 8;
    if (swapped) {
      needed += needed % 2;
    }
    if (raw.remaining() < needed) {
      throw new DicomException(
          "holds "
              + raw.remaining()
              + " bytes of pixels instead of "
              + needed
              + "; copy it again from its source");
    }
    short[] pixels = room(rows * columns);
    if (bitsAllocated == 16) {
      raw.asShortBuffer().get(pixels);
    } else {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (short) (raw.get(swapped ? i ^ 1 : i) & 0xff);
      }
    }
    return pixels;
  }

  private short[] room(int count) {
    return reusable.length == count ? reusable : new short[count];
  }

  private short[] runLength(ByteBuffer frame) {
    int planes = bitsAllocated / 8;
    // Two bytes of RLE hold at most 128; a smaller frame lies about its size.
    if (frame.remaining() < (long) rows * columns * planes / 64) {
      throw new DicomException("the RLE pixels are truncated");
    }
    short[] pixels = room(rows * columns);
    byte[][] bytes = RunLength.decode(frame, planes, pixels.length);
    for (int i = 0; i < pixels.length; i++) {
      int value = 0;
      for (byte[] plane : bytes) {
        value = value << 8 | (plane[i] & 0xff);
      }
      pixels[i] = (short) value;
    }
    return pixels;
  }

  /** The fragments of the only frame, after the offset table (PS3.5, A.4). */
  private static ByteBuffer encapsulatedFrame(ByteBuffer data) {
    ByteBuffer items = data.order(ByteOrder.LITTLE_ENDIAN);
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    boolean offsetTable = true;
    while (items.remaining() >= 8) {
      int group = items.getShort() & 0xffff;
      int element = items.getShort() & 0xffff;
      int length = items.getInt();
      if (group != 0xfffe || (element != 0xe000 && element != 0xe0dd)) {
        throw new DicomException("the encapsulated pixels are damaged");
      }
      if (element == 0xe0dd) {
        return ByteBuffer.wrap(frame.toByteArray());
      }
      if (length < 0 || length > items.remaining()) {
        throw new DicomException("the encapsulated pixels are truncated");
      }
      if (!offsetTable) {
        byte[] fragment = new byte[length];
        items.get(fragment);
        frame.writeBytes(fragment);
      } else {
        items.position(items.position() + length);
        offsetTable = false;
      }
    }
    throw new DicomException("the encapsulated pixels are truncated");
  }

  /** Masks unused high bits off, or fills them with the sign. */
  private void trim(short[] pixels) {
    if (bitsStored == 16) {
      return;
    }
    int mask = (1 << bitsStored) - 1;
    int sign = signed ? 1 << (bitsStored - 1) : 0;
    for (int i = 0; i < pixels.length; i++) {
      // Branch-free, in operations that have 16-bit vector forms.
      pixels[i] = (short) (((pixels[i] & mask) ^ sign) - sign);
    }
  }

  private static Double decimal(String text) {
    try {
      return Double.valueOf(text.split("\\\\", -1)[0].trim());
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
