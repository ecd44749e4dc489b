package org.ldctbench.sweep.gp;

import java.util.Arrays;

/**
 * -ln p(theta | X, y) up to a constant: y' K^-1 y / 2 + ln det K / 2 minus the log prior; Rasmussen
 * and Williams (2006), eq. 5.8 and 5.9 for value and gradient. Not for several threads: the
 * matrices are kept between evaluations.
 */
final class NegativeLogPosterior implements Lbfgs.Objective {
  /** Relative to the signal; keeps K positive definite in floating point. */
  static final double JITTER = 1e-10;

  private static final double SQRT5 = Math.sqrt(5);

  private final boolean[] category;
  private final double[] y;
  private final HyperPrior prior;

  /** Row i: the axes' squared differences to points 0 .. i - 1, one after another. */
  private final double[][] delta2;

  private final double[][] k;
  private final double[][] matern;
  private final double[][] slope;
  private final double[][] reduced;
  private final double[] lengths;

  NegativeLogPosterior(boolean[] category, double[][] x, double[] y, HyperPrior prior) {
    int n = x.length;
    int d = category.length;
    this.category = category;
    this.y = y;
    this.prior = prior;
    this.delta2 = new double[n][];
    this.k = new double[n][];
    this.matern = new double[n][];
    this.slope = new double[n][];
    this.reduced = new double[n][n];
    this.lengths = new double[d];
    for (int i = 0; i < n; i++) {
      delta2[i] = new double[i * d];
      k[i] = new double[i + 1];
      matern[i] = new double[i];
      slope[i] = new double[i];
      for (int j = 0; j < i; j++) {
        for (int a = 0; a < d; a++) {
          delta2[i][j * d + a] = Kernel.delta2(category[a], x[i][a], x[j][a]);
        }
      }
    }
  }

  @Override
  public double evaluate(double[] theta, double[] gradient) {
    Hyperparameters hyper = Hyperparameters.of(theta);
    int n = y.length;
    int d = category.length;
    double signal = Math.exp(hyper.logSignal());
    double noise = Math.exp(hyper.logNoise());
    double offset = Math.exp(hyper.logOffset());
    double[] weights = new double[d];
    for (int a = 0; a < d; a++) {
      weights[a] = Math.exp(-2 * theta[a]);
    }
    for (int i = 0; i < n; i++) {
      covariances(delta2[i], weights, signal, matern[i], slope[i], i);
      for (int j = 0; j < i; j++) {
        k[i][j] = matern[i][j] + offset;
      }
      k[i][i] = signal * (1 + JITTER) + offset + noise;
    }
    Arrays.fill(gradient, 0);
    Cholesky factor = Cholesky.of(k);
    if (factor == null) {
      return Double.POSITIVE_INFINITY;
    }
    double[] alpha = factor.solve(y);
    double value = factor.halfLogDeterminant();
    for (int i = 0; i < n; i++) {
      value += 0.5 * y[i] * alpha[i];
    }
    double[][] inverse = k;
    factor.invert(reduced);
    Arrays.fill(lengths, 0);
    double bySignal = 0;
    double byNoise = 0;
    double byOffset = 0;
    for (int i = 0; i < n; i++) {
      double[] row = inverse[i];
      double ai = alpha[i];
      for (int j = 0; j < i; j++) {
        // Off-diagonal pairs count twice, which cancels the half in front of the trace.
        double pull = row[j] - ai * alpha[j];
        bySignal += pull * matern[i][j];
        byOffset += pull;
        slope[i][j] *= pull;
      }
      addSquares(delta2[i], slope[i], i, lengths);
      double pull = 0.5 * (row[i] - ai * ai);
      bySignal += pull * signal * (1 + JITTER);
      byOffset += pull;
      byNoise += pull;
    }
    for (int a = 0; a < d; a++) {
      gradient[a] = -2 * weights[a] * lengths[a];
    }
    gradient[d] = bySignal;
    gradient[d + 1] = byNoise * noise;
    gradient[d + 2] = byOffset * offset;
    return value + prior.cost(theta, gradient);
  }

  private static void covariances(
      double[] delta2, double[] weights, double signal, double[] matern, double[] slope, int n) {
    int d = weights.length;
    for (int j = 0, at = 0; j < n; j++) {
      double r2 = 0;
      for (int a = 0; a < d; a++) {
        r2 += weights[a] * delta2[at++];
      }
      double t = SQRT5 * Math.sqrt(r2);
      double e = signal * Math.exp(-t);
      matern[j] = (1 + t + t * t / 3) * e;
      slope[j] = -5.0 / 6 * (1 + t) * e;
    }
  }

  private static void addSquares(double[] delta2, double[] along, int n, double[] sums) {
    int d = sums.length;
    for (int j = 0, at = 0; j < n; j++) {
      double pull = along[j];
      for (int a = 0; a < d; a++) {
        sums[a] += pull * delta2[at++];
      }
    }
  }
}
