package org.ldctbench.train;

import java.util.function.LongSupplier;

/**
 * How many minibatches one native call gets: enough to make the crossing cheap, few enough that
 * progress is seen and a wish to stop is heard about four times a second.
 */
final class CallSize {
  private static final double WANTED_SECONDS = 0.25;
  private static final int MAX_GROWTH = 8;

  private final LongSupplier nanoTime;
  private int size = 1;
  private long started;

  CallSize(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Minibatches for the next call, which starts now. */
  int begin(int left) {
    started = nanoTime.getAsLong();
    return Math.min(size, left);
  }

  /** The call is over. */
  void end(int done) {
    double seconds = Math.max(1e-6, (nanoTime.getAsLong() - started) * 1e-9);
    double fitting = done * WANTED_SECONDS / seconds;
    size = (int) Math.max(1, Math.min(fitting, (double) MAX_GROWTH * Math.max(done, 1)));
  }
}
