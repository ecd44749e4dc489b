package org.ldctbench.sweep.gp;

/**
 * Matern 5/2 over the scaled distance r, r^2 = sum over axes of delta^2 / length^2, where delta is
 * the difference of coordinates, or 1 between different categories and 0 otherwise (Hamming), plus
 * the variance c of a mean that is not known beforehand.
 *
 * <p>k(r) = s (1 + sqrt5 r + 5/3 r^2) exp(-sqrt5 r) + c, Rasmussen and Williams (2006), eq. 4.17
 * and 2.40 with h = 1.
 */
final class Kernel {
  private static final double SQRT5 = Math.sqrt(5);

  private final boolean[] category;
  private final double[] weights;
  private final double signal;
  private final double offset;

  Kernel(boolean[] category, Hyperparameters hyper) {
    this.category = category;
    this.signal = Math.exp(hyper.logSignal());
    this.offset = Math.exp(hyper.logOffset());
    this.weights = new double[category.length];
    for (int j = 0; j < weights.length; j++) {
      weights[j] = Math.exp(-2 * hyper.logLengths()[j]);
    }
  }

  double signal() {
    return signal;
  }

  /** k(a, a), the same everywhere. */
  double variance() {
    return signal + offset;
  }

  /** Squared distance along one axis, unscaled. */
  static double delta2(boolean category, double a, double b) {
    if (category) {
      return a == b ? 0 : 1;
    }
    return (a - b) * (a - b);
  }

  private double squaredDistance(double[] a, double[] b) {
    double r2 = 0;
    for (int j = 0; j < weights.length; j++) {
      r2 += weights[j] * delta2(category[j], a[j], b[j]);
    }
    return r2;
  }

  double covariance(double[] a, double[] b) {
    double t = SQRT5 * Math.sqrt(squaredDistance(a, b));
    return offset + signal * (1 + t + t * t / 3) * Math.exp(-t);
  }

  /**
   * Covariance and its gradient with respect to the first point; zero along categories.
   *
   * @param gradient receives d values from place {@code at}
   */
  double covariance(double[] a, double[] b, double[] gradient, int at) {
    double t = SQRT5 * Math.sqrt(squaredDistance(a, b));
    double decay = signal * Math.exp(-t);
    double slope = -5.0 / 3 * (1 + t) * decay;
    for (int j = 0; j < weights.length; j++) {
      gradient[at + j] = category[j] ? 0 : slope * weights[j] * (a[j] - b[j]);
    }
    return offset + (1 + t + t * t / 3) * decay;
  }
}
