package org.ldctbench.wandb.log;

import java.util.zip.CRC32;

/**
 * The framing of a W&B transaction log: a file header, then chunks in blocks counted from the start
 * of the file. A record that does not fit its block is split into several chunks.
 */
final class LogFormat {
  static final int BLOCK = 32768;

  /** {@code :W&B}, 0xBEE1 little-endian, version 0. */
  private static final byte[] FILE_HEADER = {':', 'W', '&', 'B', (byte) 0xe1, (byte) 0xbe, 0};

  static final int FILE_HEADER_BYTES = FILE_HEADER.length;

  /** Checksum (4 bytes), payload length (2 bytes), type (1 byte). */
  static final int CHUNK_HEADER_BYTES = 7;

  static final byte FULL = 1;
  static final byte FIRST = 2;
  static final byte MIDDLE = 3;
  static final byte LAST = 4;

  private LogFormat() {}

  static byte[] fileHeader() {
    return FILE_HEADER.clone();
  }

  /** Plain CRC-32 of the type followed by the payload; not LevelDB's masked CRC-32C. */
  static int checksum(byte type, byte[] bytes, int offset, int length) {
    CRC32 crc = new CRC32();
    crc.update(type);
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
