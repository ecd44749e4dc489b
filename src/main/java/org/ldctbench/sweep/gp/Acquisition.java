package org.ldctbench.sweep.gp;

import java.util.Arrays;

/**
 * ln of the expected improvement averaged over target vectors (fantasies of pending runs). Larger
 * is better. Not for several threads.
 */
final class Acquisition {
  private final GaussianProcess model;

  /** Smallest posterior mean of each target among the points tried. */
  private final double[] best;

  private final double[] means;
  private final double[] logs;
  private final double[][] slopes;
  private final double[] varianceSlope;

  Acquisition(GaussianProcess model, double[][] tried, int dimensions) {
    int targets = model.targets();
    this.model = model;
    this.best = new double[targets];
    this.means = new double[targets];
    this.logs = new double[targets];
    this.slopes = new double[targets][dimensions];
    this.varianceSlope = new double[dimensions];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (double[] point : tried) {
      model.predict(point, means);
      for (int s = 0; s < targets; s++) {
        best[s] = Math.min(best[s], means[s]);
      }
    }
  }

  double value(double[] point) {
    double sigma = Math.sqrt(model.predict(point, means));
    for (int s = 0; s < logs.length; s++) {
      logs[s] = LogExpectedImprovement.value(best[s], means[s], sigma);
    }
    return logMean();
  }

  /** Value, and its gradient with respect to the point (zero along categories). */
  double value(double[] point, double[] gradient) {
    double sigma = Math.sqrt(model.predict(point, means, slopes, varianceSlope));
    for (int s = 0; s < logs.length; s++) {
      logs[s] = LogExpectedImprovement.value(best[s], means[s], sigma);
    }
    double value = logMean();
    Arrays.fill(gradient, 0);
    for (int s = 0; s < logs.length; s++) {
      double weight = Math.exp(logs[s] - value) / logs.length;
      double z = (best[s] - means[s]) / sigma;
      double h = LogExpectedImprovement.slope(z);
      double byVariance = (1 - z * h) / (2 * sigma * sigma);
      for (int j = 0; j < gradient.length; j++) {
        gradient[j] += weight * (byVariance * varianceSlope[j] - h / sigma * slopes[s][j]);
      }
    }
    return value;
  }

  private double logMean() {
    double largest = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      largest = Math.max(largest, log);
    }
    double sum = 0;
    for (double log : logs) {
      sum += Math.exp(log - largest);
    }
    return largest + Math.log(sum / logs.length);
  }
}
