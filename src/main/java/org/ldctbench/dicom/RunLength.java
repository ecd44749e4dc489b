package org.ldctbench.dicom;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** RLE Lossless (PS3.5 annex G): one PackBits segment a byte plane, high byte first. */
final class RunLength {
  private static final int HEADER = 64;

  private RunLength() {}

  /** Decodes a frame into {@code [planes][pixels]} bytes. */
  static byte[][] decode(ByteBuffer frame, int planes, int pixels) {
    ByteBuffer data = frame.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (data.remaining() < HEADER) {
      throw new DicomException("the RLE header is truncated");
    }
    int segments = data.getInt(0);
    if (segments != planes) {
      throw new DicomException("RLE has " + segments + " segments instead of " + planes);
    }
    byte[][] decoded = new byte[planes][];
    for (int s = 0; s < planes; s++) {
      long from = data.getInt(4 + 4 * s) & 0xffffffffL;
      long to = s + 1 < planes ? data.getInt(8 + 4 * s) & 0xffffffffL : data.limit();
      if (from < HEADER || to < from || to > data.limit()) {
        throw new DicomException("RLE segment " + (s + 1) + " lies outside its frame");
      }
      decoded[s] = unpack(data.slice((int) from, (int) (to - from)), pixels);
    }
    return decoded;
  }

  private static byte[] unpack(ByteBuffer packed, int size) {
    byte[] bytes = new byte[size];
    int at = 0;
    while (at < size) {
      if (!packed.hasRemaining()) {
        throw new DicomException("an RLE segment ends after " + at + " of " + size + " bytes");
      }
      int control = packed.get();
      if (control >= 0) {
        int count = Math.min(control + 1, size - at);
        if (packed.remaining() < count) {
          throw new DicomException("an RLE segment ends in the middle of a run");
        }
        packed.get(bytes, at, count);
        at += count;
      } else if (control != -128) {
        if (!packed.hasRemaining()) {
          throw new DicomException("an RLE segment ends in the middle of a run");
        }
        int count = Math.min(1 - control, size - at);
        Arrays.fill(bytes, at, at + count, packed.get());
        at += count;
      }
    }
    return bytes;
  }
}
