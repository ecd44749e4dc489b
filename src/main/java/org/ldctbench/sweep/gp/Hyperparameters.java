package org.ldctbench.sweep.gp;

/**
 * What a Gaussian process learns besides the data, all on a logarithmic scale.
 *
 * @param logLengths one length scale per axis
 * @param logSignal of the signal variance
 * @param logNoise of the noise variance
 * @param logOffset of the variance of the unknown mean
 */
record Hyperparameters(double[] logLengths, double logSignal, double logNoise, double logOffset) {

  static Hyperparameters of(double[] theta) {
    int d = theta.length - 3;
    return new Hyperparameters(
        java.util.Arrays.copyOf(theta, d), theta[d], theta[d + 1], theta[d + 2]);
  }

  double[] theta() {
    double[] theta = java.util.Arrays.copyOf(logLengths, logLengths.length + 3);
    theta[logLengths.length] = logSignal;
    theta[logLengths.length + 1] = logNoise;
    theta[logLengths.length + 2] = logOffset;
    return theta;
  }
}
