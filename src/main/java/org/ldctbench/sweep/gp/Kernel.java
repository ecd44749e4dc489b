package org.ldctbench.sweep.gp;

/**
 * Matern 5/2 over the scaled distance r, r^2 = sum over axes of delta^2 / length^2, where delta is
 * the difference of coordinates, or 1 between different categories and 0 otherwise (Hamming).
 *
 * <p>k(r) = s (1 + sqrt5 r + 5/3 r^2) exp(-sqrt5 r), Rasmussen and Williams (2006), eq. 4.17.
 */
final class Kernel {
  private static final double SQRT5 = Math.sqrt(5);

  private final boolean[] category;
  private final double[] weights;
  private final double signal;

  Kernel(boolean[] category, Hyperparameters hyper) {
    this.category = category;
    this.signal = Math.exp(hyper.logSignal());
    this.weights = new double[category.length];
    for (int j = 0; j < weights.length; j++) {
      weights[j] = Math.exp(-2 * hyper.logLengths()[j]);
    }
  }

  double signal() {
    return signal;
  }

  /** Squared distance along one axis, unscaled. */
  static double delta2(boolean category, double a, double b) {
    if (category) {
      return a == b ? 0 : 1;
    }
    return (a - b) * (a - b);
  }

  double covariance(double[] a, double[] b) {
    double r2 = 0;
    for (int j = 0; j < weights.length; j++) {
      r2 += weights[j] * delta2(category[j], a[j], b[j]);
    }
    return ofSquare(r2);
  }

  double ofSquare(double r2) {
    double t = SQRT5 * Math.sqrt(r2);
    return signal * (1 + t + t * t / 3) * Math.exp(-t);
  }

  /** dk / d(r^2), finite everywhere. */
  double slope(double r2) {
    double t = SQRT5 * Math.sqrt(r2);
    return -5.0 / 6 * signal * (1 + t) * Math.exp(-t);
  }

  double weight(int axis) {
    return weights[axis];
  }

  /**
   * Covariance and its gradient with respect to the first point; zero along categories.
   *
   * @param gradient receives d values
   */
  double covariance(double[] a, double[] b, double[] gradient) {
    double r2 = 0;
    for (int j = 0; j < weights.length; j++) {
      r2 += weights[j] * delta2(category[j], a[j], b[j]);
    }
    double slope = slope(r2);
    for (int j = 0; j < weights.length; j++) {
      gradient[j] = category[j] ? 0 : slope * 2 * weights[j] * (a[j] - b[j]);
    }
    return ofSquare(r2);
  }
}
