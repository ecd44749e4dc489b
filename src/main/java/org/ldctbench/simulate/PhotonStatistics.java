package org.ldctbench.simulate;

import org.apache.commons.math3.util.FastMath;

/**
 * Noise of one measured line integral.
 *
 * @param photons photons that reach a detector bin through air at full dose, per view
 * @param electronic standard deviation of the read-out noise, in photons
 */
record PhotonStatistics(double photons, double electronic) {
  /** Starved rays: scanners smooth them before the logarithm, so their noise has a limit. */
  private static final double MAX_VARIANCE = 1;

  /**
   * Variance of the logarithm of the counts behind a line integral: with I photons expected, 1/I
   * from Poisson statistics and (electronic/I)^2 from the read-out.
   *
   * @param dose fraction of the full dose, in (0, 1]
   */
  double logVariance(double lineIntegral, double dose) {
    double expected = dose * photons * FastMath.exp(-lineIntegral);
    double readout = electronic / expected;
    return Math.min(MAX_VARIANCE, 1 / expected + readout * readout);
  }

  /**
   * Variance that must be added to a full-dose line integral to make it one at {@code dose}: (1 -
   * a)/a exp(p)/I0 (1 + (1 + a)/a electronic^2 exp(p)/I0) (Yu et al., J. Comput. Assist. Tomogr.
   * 36, 477, 2012).
   */
  double addedVariance(double lineIntegral, double dose) {
    return logVariance(lineIntegral, dose) - logVariance(lineIntegral, 1);
  }
}
