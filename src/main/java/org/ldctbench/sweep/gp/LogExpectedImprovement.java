package org.ldctbench.sweep.gp;

import org.apache.commons.math3.special.Erf;

/**
 * ln of the expected improvement E[max(0, best - f)] for f ~ N(mean, sigma^2), accurate however
 * small it is (Ament et al., "Unexpected improvements to expected improvement", NeurIPS 2023).
 *
 * <p>EI = sigma h(z), z = (best - mean) / sigma, h(z) = phi(z) + z Phi(z). For z below -2, with t =
 * -z and the Mills ratio Phi(-t) / phi(t) = 1 / (t + A), A = 1 / (t + 2 / (t + 3 / (t + ...)))
 * (Laplace's continued fraction), h = phi(t) A / (t + A), in which nothing cancels, and h' / h = 1
 * / A.
 */
final class LogExpectedImprovement {
  private static final double HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

  /** The fraction converges the faster, the larger t: this many, by t^2, give twelve digits. */
  private static final int TERMS = 300;

  /** Above it the plain formula loses nothing that matters. */
  private static final double DIRECT = -2;

  private LogExpectedImprovement() {}

  static double value(double best, double mean, double sigma) {
    return Math.log(sigma) + logH((best - mean) / sigma);
  }

  static double logH(double z) {
    if (z > DIRECT) {
      return Math.log(h(z));
    }
    double a = fraction(-z);
    return -0.5 * z * z - HALF_LOG_2PI + Math.log(a) - Math.log(a - z);
  }

  /** d ln h / dz. */
  static double slope(double z) {
    return z > DIRECT ? cumulative(z) / h(z) : 1 / fraction(-z);
  }

  private static double h(double z) {
    return Math.exp(-0.5 * z * z - HALF_LOG_2PI) + z * cumulative(z);
  }

  private static double cumulative(double z) {
    return 0.5 * Erf.erfc(-z * Math.sqrt(0.5));
  }

  private static double fraction(double t) {
    double tail = t;
    for (int k = 6 + (int) (TERMS / (t * t)); k >= 2; k--) {
      tail = t + k / tail;
    }
    return 1 / tail;
  }
}
