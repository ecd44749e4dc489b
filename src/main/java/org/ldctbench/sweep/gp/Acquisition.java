package org.ldctbench.sweep.gp;

import java.util.List;

/**
 * ln of the expected improvement averaged over models (draws of the hyperparameters) and, in each,
 * over target vectors (fantasies of pending runs). Larger is better.
 */
final class Acquisition {
  private final List<GaussianProcess> models;

  /** best[model][target]: smallest posterior mean among the points tried. */
  private final double[][] best;

  private final int terms;

  Acquisition(List<GaussianProcess> models, double[][] tried) {
    this.models = models;
    this.best = new double[models.size()][];
    int count = 0;
    for (int m = 0; m < best.length; m++) {
      GaussianProcess model = models.get(m);
      double[] means = new double[model.targets()];
      best[m] = new double[means.length];
      java.util.Arrays.fill(best[m], Double.POSITIVE_INFINITY);
      for (double[] point : tried) {
        model.predict(point, means);
        for (int s = 0; s < means.length; s++) {
          best[m][s] = Math.min(best[m][s], means[s]);
        }
      }
      count += means.length;
    }
    this.terms = count;
  }

  double value(double[] point) {
    double[] logs = new double[terms];
    int at = 0;
    for (int m = 0; m < best.length; m++) {
      double[] means = new double[best[m].length];
      double sigma = Math.sqrt(models.get(m).predict(point, means));
      for (int s = 0; s < means.length; s++) {
        logs[at++] = LogExpectedImprovement.value(best[m][s], means[s], sigma);
      }
    }
    return logMean(logs);
  }

  /** Value, and its gradient with respect to the point (zero along categories). */
  double value(double[] point, double[] gradient) {
    double[] logs = new double[terms];
    double[][] slopes = new double[terms][];
    int at = 0;
    for (int m = 0; m < best.length; m++) {
      int targets = best[m].length;
      double[] means = new double[targets];
      double[][] meanSlopes = new double[targets][point.length];
      double[] varianceSlope = new double[point.length];
      double variance = models.get(m).predict(point, means, meanSlopes, varianceSlope);
      double sigma = Math.sqrt(variance);
      for (int s = 0; s < targets; s++) {
        double z = (best[m][s] - means[s]) / sigma;
        double h = LogExpectedImprovement.slope(z);
        double bySigma = (1 - z * h) / sigma;
        double[] slope = meanSlopes[s];
        for (int j = 0; j < slope.length; j++) {
          slope[j] = -h / sigma * slope[j] + bySigma * varianceSlope[j] / (2 * sigma);
        }
        logs[at] = LogExpectedImprovement.value(best[m][s], means[s], sigma);
        slopes[at++] = slope;
      }
    }
    double value = logMean(logs);
    java.util.Arrays.fill(gradient, 0);
    for (int t = 0; t < terms; t++) {
      double weight = Math.exp(logs[t] - value) / terms;
      for (int j = 0; j < gradient.length; j++) {
        gradient[j] += weight * slopes[t][j];
      }
    }
    return value;
  }

  private static double logMean(double[] logs) {
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
