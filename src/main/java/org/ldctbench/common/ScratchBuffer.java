package org.ldctbench.common;

import java.nio.ByteBuffer;

/**
 * Memory outside the heap that each thread uses again and again for bulk input or output: clearing
 * fresh memory costs more than reading a file into it.
 */
public final class ScratchBuffer {
  private static final int KEPT = 8 << 20;

  private static final ThreadLocal<ByteBuffer> OF_THREAD = new ThreadLocal<>();

  private ScratchBuffer() {}

  /**
   * A big-endian buffer of {@code bytes} from position 0 to its limit, with whatever the last use
   * left in it; valid until this thread's next call.
   */
  public static ByteBuffer get(int bytes) {
    if (bytes > KEPT) {
      return ByteBuffer.allocate(bytes);
    }
    ByteBuffer buffer = OF_THREAD.get();
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes);
      OF_THREAD.set(buffer);
    }
    return buffer.duplicate().clear().limit(bytes);
  }
}
