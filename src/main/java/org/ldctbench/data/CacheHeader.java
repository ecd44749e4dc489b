package org.ldctbench.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.ldctbench.engine.SliceTable;

/**
 * Head of a cache file: magic and version, CRC-32 of the rest, fingerprint of the sources, how many
 * slices carry an unusual rescale, and the slice table. Pixels start at {@link #size}.
 */
record CacheHeader(byte[] fingerprint, int unusualRescale, List<SliceTable.Slice> slices) {
  private static final long MAGIC = 0x4c44435453_4c4331L; // "LDCTSLC1"
  private static final int FIXED = 8 + 4 + 4 + 32 + 4 + 4;
  private static final int ENTRY = 8 + 8 + 4 + 4 + 4;
  private static final int PAGE = 4096;
  private static final int MAX_SLICES = 10_000_000;

  /** Bytes before the first pixel, a multiple of the page size. */
  static long size(int slices) {
    return (FIXED + (long) ENTRY * slices + PAGE - 1) / PAGE * PAGE;
  }

  void write(FileChannel channel) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(body)) {
      out.write(fingerprint);
      out.writeInt(unusualRescale);
      out.writeInt(slices.size());
      for (SliceTable.Slice slice : slices) {
        out.writeLong(slice.lowOffset());
        out.writeLong(slice.highOffset());
        out.writeInt(slice.rows());
        out.writeInt(slice.columns());
        out.writeInt(slice.signed() ? 1 : 0);
      }
    }
    CRC32 crc = new CRC32();
    crc.update(body.toByteArray());
    ByteBuffer buffer = ByteBuffer.allocate(16 + body.size());
    buffer.putLong(MAGIC).putInt(body.size()).putInt((int) crc.getValue());
    buffer.put(body.toByteArray()).flip();
    for (long at = 0; buffer.hasRemaining(); ) {
      at += channel.write(buffer, at);
    }
  }

  /** The header of a file, or null if it is no cache, damaged, or shorter than its table says. */
  static CacheHeader read(FileChannel channel) throws IOException {
    byte[] start = read(channel, 0, 16);
    if (start == null) {
      return null;
    }
    ByteBuffer head = ByteBuffer.wrap(start);
    if (head.getLong() != MAGIC) {
      return null;
    }
    int length = head.getInt();
    int checksum = head.getInt();
    if (length < FIXED - 16 || length > FIXED + (long) ENTRY * MAX_SLICES) {
      return null;
    }
    byte[] body = read(channel, 16, length);
    if (body == null) {
      return null;
    }
    CRC32 crc = new CRC32();
    crc.update(body);
    if ((int) crc.getValue() != checksum) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(body))) {
      byte[] fingerprint = in.readNBytes(32);
      int unusual = in.readInt();
      int count = in.readInt();
      if (length != FIXED - 16 + (long) ENTRY * count) {
        return null;
      }
      List<SliceTable.Slice> slices = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        SliceTable.Slice slice =
            new SliceTable.Slice(
                in.readLong(), in.readLong(), in.readInt(), in.readInt(), in.readInt() == 1);
        long end =
            Math.max(slice.lowOffset(), slice.highOffset()) + 2L * slice.rows() * slice.columns();
        if (end > channel.size()) {
          return null;
        }
        slices.add(slice);
      }
      return new CacheHeader(fingerprint, unusual, slices);
    }
  }

  private static byte[] read(FileChannel channel, long from, int length) throws IOException {
    if (channel.size() < from + length) {
      return null;
    }
    byte[] bytes = new byte[length];
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        return null;
      }
    }
    return bytes;
  }
}
