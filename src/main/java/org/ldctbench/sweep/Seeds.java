package org.ldctbench.sweep;

import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;

/** Random numbers that depend on nothing but the sweep's seed and a place in the sweep. */
final class Seeds {
  private Seeds() {}

  static RandomGenerator generator(long seed, long place) {
    return new Well19937c(
        new int[] {(int) seed, (int) (seed >>> 32), (int) place, (int) (place >>> 32)});
  }

  /** Uniform in the open interval (0, 1). */
  static double open(RandomGenerator random) {
    double u;
    do {
      u = random.nextDouble();
    } while (u == 0);
    return u;
  }
}
