package org.ldctbench.data;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends a growing file to the disk while more of it is being written, so that the flush at the end
 * has little left to wait for.
 */
final class EarlyFlush implements AutoCloseable {
  private static final long STRIDE = 8L << 20;

  private final FileChannel channel;
  private final ExecutorService flusher = Executors.newSingleThreadExecutor();
  private long due = STRIDE;
  private Future<?> running;

  EarlyFlush(FileChannel channel) {
    this.channel = channel;
  }

  /** The file has grown to about {@code size} bytes. */
  synchronized void grown(long size) {
    if (size >= due && (running == null || running.isDone())) {
      due = size + STRIDE;
      running =
          flusher.submit(
              () -> {
                channel.force(false);
                return null;
              });
    }
  }

  /** Waits for the newest flush; a failure of it is a failure of the file. */
  @Override
  public synchronized void close() throws IOException {
    flusher.shutdown();
    if (running == null) {
      return;
    }
    try {
      running.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
