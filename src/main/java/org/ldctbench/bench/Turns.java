package org.ldctbench.bench;

import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Measures contenders in turn (A B A B), so that a machine that slows down slows all of them down.
 */
final class Turns {
  /** A sample shorter than this says more about the clock than about the work. */
  private static final double SAMPLE_MILLIS = 150;

  private Turns() {}

  /** {@code repeats} samples of each, every one long enough for the clock. */
  static Spread[] measure(List<Contender> contenders, int repeats) {
    return measure(
        contenders,
        repeats,
        contender -> {
          contender.run(1); // warm-up: caches, compiled code, allocations
          int times = operations(contender.run(1));
          // A single operation may have been disturbed.
          return times > 1 ? operations(contender.run(times)) : times;
        });
  }

  private static int operations(double millis) {
    return (int) Math.max(1, Math.min(10_000, Math.ceil(SAMPLE_MILLIS / millis)));
  }

  /**
   * @param prepare warms a contender up and says how many operations make a sample
   */
  static Spread[] measure(
      List<Contender> contenders, int repeats, ToIntFunction<Contender> prepare) {
    int[] times = contenders.stream().mapToInt(prepare).toArray();
    double[][] samples = new double[times.length][repeats];
    for (int r = 0; r < repeats; r++) {
      for (int c = 0; c < times.length; c++) {
        samples[c][r] = contenders.get(c).run(times[c]);
      }
    }
    Spread[] spreads = new Spread[times.length];
    for (int c = 0; c < times.length; c++) {
      spreads[c] = Spread.of(samples[c]);
    }
    return spreads;
  }
}
