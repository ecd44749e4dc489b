package org.ldctbench.sweep;

import org.apache.commons.math3.distribution.RealDistribution;

/**
 * A real number.
 *
 * @param name in a sweep configuration
 * @param base distribution of the value, or of its natural logarithm
 * @param logarithmic whether {@code base} is that of the logarithm
 * @param lowest value, so that rounding never leaves the bounds; may be infinite
 * @param highest value
 */
public record Continuous(
    String name, RealDistribution base, boolean logarithmic, double lowest, double highest)
    implements Distribution {

  private static final double TINY = 0x1p-53;

  @Override
  public Object quantile(double u) {
    return real(u);
  }

  double real(double u) {
    boolean bounded = Double.isFinite(lowest) && Double.isFinite(highest);
    double inside = bounded ? Math.max(0, Math.min(1, u)) : Math.max(TINY, Math.min(1 - TINY, u));
    double value = base.inverseCumulativeProbability(inside);
    return Math.max(lowest, Math.min(highest, logarithmic ? Math.exp(value) : value));
  }

  @Override
  public double cdf(Object value) {
    double x = Values.number(value);
    if (logarithmic) {
      x = x > 0 ? Math.log(x) : Double.NEGATIVE_INFINITY;
    }
    if (Double.isNaN(x) || x == Double.NEGATIVE_INFINITY) {
      return 0;
    }
    return x == Double.POSITIVE_INFINITY ? 1 : base.cumulativeProbability(x);
  }

  @Override
  public double position(Object value) {
    return cdf(value);
  }

  @Override
  public double cardinality() {
    return Double.POSITIVE_INFINITY;
  }
}
