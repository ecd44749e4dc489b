package org.ldctbench.wandb.api;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The waits between a connection's attempts, from any number of threads. */
final class Pauses {
  private boolean cancelled;
  private int skips;

  /** Ends all waits, now and later; each throws. */
  synchronized void cancel() {
    cancelled = true;
    notifyAll();
  }

  synchronized boolean cancelled() {
    return cancelled;
  }

  /** Ends the present waits that may be skipped. */
  synchronized void skip() {
    skips++;
    notifyAll();
  }

  /**
   * Waits.
   *
   * @return whether the wait was skipped
   * @throws ServerException if all is cancelled, or the thread interrupted
   */
  synchronized boolean pause(Duration wait, boolean mayBeSkipped) throws ServerException {
    long end = System.nanoTime() + wait.toNanos();
    int before = skips;
    try {
      for (long left = wait.toNanos(); left > 0 && !cancelled; left = end - System.nanoTime()) {
        if (mayBeSkipped && skips > before) {
          return true;
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerException("sending was interrupted", e);
    }
    if (cancelled) {
      throw new ServerException(0, "sending was given up");
    }
    return false;
  }
}
