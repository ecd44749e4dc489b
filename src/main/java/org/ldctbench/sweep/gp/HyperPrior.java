package org.ldctbench.sweep.gp;

import org.apache.commons.math3.random.RandomGenerator;

/** Independent normal priors on the logarithms of the hyperparameters. */
final class HyperPrior {
  static final double TYPICAL_LENGTH = 0.2;
  static final double LENGTH_SPREAD = 0.8;
  static final double SIGNAL_SPREAD = 1.0;
  static final double NOISE_MEAN = -8;
  static final double NOISE_SPREAD = 2.5;
  static final double OFFSET_MEAN = -1;
  static final double OFFSET_SPREAD = 1;

  private final double[] mean;
  private final double[] spread;

  /** Length scales grow with the square root of the dimension, as distances do. */
  HyperPrior(int dimensions) {
    mean = new double[dimensions + 3];
    spread = new double[dimensions + 3];
    for (int j = 0; j < dimensions; j++) {
      mean[j] = Math.log(TYPICAL_LENGTH * Math.sqrt(dimensions));
      spread[j] = LENGTH_SPREAD;
    }
    spread[dimensions] = SIGNAL_SPREAD;
    mean[dimensions + 1] = NOISE_MEAN;
    spread[dimensions + 1] = NOISE_SPREAD;
    mean[dimensions + 2] = OFFSET_MEAN;
    spread[dimensions + 2] = OFFSET_SPREAD;
  }

  double[] mean() {
    return mean.clone();
  }

  double[] draw(RandomGenerator random) {
    double[] theta = mean.clone();
    for (int j = 0; j < theta.length; j++) {
      theta[j] += spread[j] * random.nextGaussian();
    }
    return theta;
  }

  double[] lower() {
    return bound(-4);
  }

  double[] upper() {
    return bound(4);
  }

  private double[] bound(double spreads) {
    double[] theta = mean.clone();
    for (int j = 0; j < theta.length; j++) {
      theta[j] += spreads * spread[j];
    }
    return theta;
  }

  /** Negative log density without its constant; its gradient is added. */
  double cost(double[] theta, double[] gradient) {
    double sum = 0;
    for (int j = 0; j < theta.length; j++) {
      double z = (theta[j] - mean[j]) / spread[j];
      sum += 0.5 * z * z;
      gradient[j] += z / spread[j];
    }
    return sum;
  }
}
