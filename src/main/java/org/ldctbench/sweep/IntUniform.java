package org.ldctbench.sweep;

/** Every integer from {@code min} to {@code max}, both included, equally likely. */
public record IntUniform(long min, long max) implements Distribution {
  @Override
  public String name() {
    return "int_uniform";
  }

  @Override
  public Object quantile(double u) {
    double offset = Math.ceil(u * cardinality()) - 1;
    return Math.max(min, Math.min(max, min + (long) offset));
  }

  @Override
  public double cdf(Object value) {
    return unit((Math.floor(Values.number(value)) - min + 1) / cardinality());
  }

  @Override
  public double position(Object value) {
    return unit((Values.number(value) - min + 0.5) / cardinality());
  }

  @Override
  public double cardinality() {
    return (double) max - min + 1;
  }

  private static double unit(double u) {
    return u >= 0 ? Math.min(1, u) : 0; // NaN too
  }
}
