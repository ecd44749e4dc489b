package org.ldctbench.sweep;

/** Always the same value. */
public record Constant(Object value) implements Distribution {
  @Override
  public String name() {
    return "constant";
  }

  @Override
  public Object quantile(double u) {
    return value;
  }

  @Override
  public double cdf(Object other) {
    return 1;
  }

  @Override
  public double position(Object other) {
    return 0.5;
  }

  @Override
  public double cardinality() {
    return 1;
  }
}
