package org.ldctbench.sweep;

/**
 * A real number rounded (half to even) to a multiple of {@code q}; not clamped to the bounds.
 *
 * @param q step; the values are integers if it is one
 */
public record Quantised(String name, Continuous base, Number q) implements Distribution {
  @Override
  public Object quantile(double u) {
    return multiple(Math.rint(base.real(u) / q.doubleValue()));
  }

  Object multiple(double count) {
    if (Values.isInteger(q)) {
      return ((long) count) * q.longValue();
    }
    return count * q.doubleValue();
  }

  @Override
  public double cdf(Object value) {
    return base.cdf(value);
  }

  @Override
  public double position(Object value) {
    double half = 0.5 * q.doubleValue();
    double x = Values.number(value);
    return 0.5 * (base.cdf(x - half) + base.cdf(x + half));
  }

  @Override
  public double cardinality() {
    double step = q.doubleValue();
    return Math.rint(base.highest() / step) - Math.rint(base.lowest() / step) + 1;
  }
}
