package org.ldctbench.simulate;

import org.apache.commons.math3.random.MersenneTwister;
import org.apache.commons.math3.random.RandomGenerator;

/** How one patient differs from another. */
final class Vary {
  private final RandomGenerator random;

  Vary(long seed) {
    this.random = new MersenneTwister(seed);
  }

  /** Uniform in [low, high). */
  double in(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  SmoothNoise noise() {
    return new SmoothNoise(random.nextLong());
  }
}
