package org.ldctbench.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.ldctbench.common.UserException;

/**
 * Measures contenders in turn (A B A B), so that a machine that slows down slows all of them down.
 * A peer that fails does not cost the others their times.
 */
final class Turns {
  /** A sample shorter than this says more about the clock than about the work. */
  private static final double SAMPLE_MILLIS = 150;

  private Turns() {}

  /**
   * {@code repeats} samples of each, every one long enough for the clock.
   *
   * @param left told of a peer's setting that fails and is left out
   * @return null for those
   */
  static List<Samples> measure(List<Contender> contenders, int repeats, Consumer<String> left) {
    return measure(contenders, repeats, left, Turns::warmUp);
  }

  /**
   * @param warmUp warms a contender up and says how many operations make a sample
   */
  static List<Samples> measure(
      List<Contender> contenders,
      int repeats,
      Consumer<String> left,
      ToIntFunction<Contender> warmUp) {
    int[] times = new int[contenders.size()];
    double[][] samples = new double[contenders.size()][repeats];
    boolean[] failed = new boolean[contenders.size()];
    for (int r = -1; r < repeats; r++) {
      for (int c = 0; c < times.length; c++) {
        if (failed[c]) {
          continue;
        }
        Contender contender = contenders.get(c);
        try {
          if (r < 0) {
            times[c] = warmUp.applyAsInt(contender);
          } else {
            samples[c][r] = contender.run(times[c]);
          }
        } catch (UserException e) {
          if (!(contender instanceof Peer.Setting)) {
            throw e;
          }
          failed[c] = true;
          left.accept("left out: " + e.getMessage());
        }
      }
    }
    List<Samples> measured = new ArrayList<>();
    for (int c = 0; c < times.length; c++) {
      measured.add(failed[c] ? null : new Samples(samples[c]));
    }
    return measured;
  }

  private static int warmUp(Contender contender) {
    contender.run(1); // caches, compiled code, allocations
    int times = operations(contender.run(1));
    // A single operation may have been disturbed.
    return times > 1 ? operations(contender.run(times)) : times;
  }

  private static int operations(double millis) {
    return (int) Math.max(1, Math.min(10_000, Math.ceil(SAMPLE_MILLIS / millis)));
  }
}
