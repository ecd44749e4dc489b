package org.ldctbench.sweep.gp;

/**
 * What a Gaussian process learns besides the data, all on a logarithmic scale.
 *
 * @param logLengths one length scale per axis
 * @param logSignal of the signal variance
 * @param logNoise of the noise variance
 */
record Hyperparameters(double[] logLengths, double logSignal, double logNoise) {

  static Hyperparameters of(double[] theta) {
    int d = theta.length - 2;
    return new Hyperparameters(java.util.Arrays.copyOf(theta, d), theta[d], theta[d + 1]);
  }

  double[] theta() {
    double[] theta = java.util.Arrays.copyOf(logLengths, logLengths.length + 2);
    theta[logLengths.length] = logSignal;
    theta[logLengths.length + 1] = logNoise;
    return theta;
  }
}
