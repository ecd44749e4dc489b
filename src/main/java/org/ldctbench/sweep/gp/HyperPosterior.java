package org.ldctbench.sweep.gp;

import org.apache.commons.math3.random.RandomGenerator;

/** Which hyperparameters the data support. */
final class HyperPosterior {
  private static final int ITERATIONS = 60;

  private HyperPosterior() {}

  /** The most probable hyperparameters found from the prior's centre and draws from the prior. */
  static Hyperparameters mode(
      NegativeLogPosterior objective, HyperPrior prior, int starts, RandomGenerator random) {
    Lbfgs.Minimum best = null;
    for (int i = 0; i < starts; i++) {
      double[] start = i == 0 ? prior.mean() : prior.draw(random);
      Lbfgs.Minimum found =
          Lbfgs.minimise(objective, start, prior.lower(), prior.upper(), ITERATIONS, 1e-3);
      if (best == null || found.value() < best.value()) {
        best = found;
      }
    }
    return Hyperparameters.of(best.x());
  }
}
