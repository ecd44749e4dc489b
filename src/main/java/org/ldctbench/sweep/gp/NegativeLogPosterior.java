package org.ldctbench.sweep.gp;

/**
 * -ln p(theta | X, y) up to a constant: y' K^-1 y / 2 + ln det K / 2 minus the log prior; Rasmussen
 * and Williams (2006), eq. 5.8 and 5.9 for value and gradient.
 */
final class NegativeLogPosterior implements Lbfgs.Objective {
  /** Relative to the signal; keeps K positive definite in floating point. */
  static final double JITTER = 1e-10;

  private final boolean[] category;
  private final double[] y;
  private final HyperPrior prior;

  /** delta2[i][j][axis], j < i. */
  private final double[][][] delta2;

  NegativeLogPosterior(boolean[] category, double[][] x, double[] y, HyperPrior prior) {
    this.category = category;
    this.y = y;
    this.prior = prior;
    this.delta2 = new double[x.length][][];
    for (int i = 0; i < x.length; i++) {
      delta2[i] = new double[i][category.length];
      for (int j = 0; j < i; j++) {
        for (int a = 0; a < category.length; a++) {
          delta2[i][j][a] = Kernel.delta2(category[a], x[i][a], x[j][a]);
        }
      }
    }
  }

  @Override
  public double evaluate(double[] theta, double[] gradient) {
    Hyperparameters hyper = Hyperparameters.of(theta);
    Kernel kernel = new Kernel(category, hyper);
    int n = y.length;
    int d = category.length;
    double noise = Math.exp(hyper.logNoise());
    double[][] k = new double[n][];
    double[][] slope = new double[n][];
    double[][] signal = new double[n][];
    for (int i = 0; i < n; i++) {
      k[i] = new double[i + 1];
      slope[i] = new double[i];
      for (int j = 0; j < i; j++) {
        double r2 = 0;
        for (int a = 0; a < d; a++) {
          r2 += kernel.weight(a) * delta2[i][j][a];
        }
        k[i][j] = kernel.ofSquare(r2);
        slope[i][j] = kernel.slope(r2);
      }
      signal[i] = k[i].clone();
      k[i][i] = kernel.signal() * (1 + JITTER) + noise;
    }
    java.util.Arrays.fill(gradient, 0);
    Cholesky factor = Cholesky.of(k);
    if (factor == null) {
      return Double.POSITIVE_INFINITY;
    }
    double[] alpha = factor.solve(y);
    double value = factor.halfLogDeterminant();
    for (int i = 0; i < n; i++) {
      value += 0.5 * y[i] * alpha[i];
    }
    double[][] inverse = factor.inverse();
    double[] lengths = new double[d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        // Off-diagonal pairs count twice, which cancels the half in front of the trace.
        double pull = inverse[i][j] - alpha[i] * alpha[j];
        gradient[d] += pull * signal[i][j];
        double along = pull * slope[i][j];
        double[] square = delta2[i][j];
        for (int a = 0; a < d; a++) {
          lengths[a] += along * square[a];
        }
      }
      double pull = 0.5 * (inverse[i][i] - alpha[i] * alpha[i]);
      gradient[d] += pull * kernel.signal() * (1 + JITTER);
      gradient[d + 1] += pull * noise;
    }
    for (int a = 0; a < d; a++) {
      gradient[a] += -2 * kernel.weight(a) * lengths[a];
    }
    return value + prior.cost(theta, gradient);
  }
}
