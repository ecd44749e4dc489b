package org.ldctbench.sweep;

/**
 * The values that a parameter may have and how likely each is, seen through the quantile function:
 * {@code u} in (0, 1] gives a value, more than one {@code u} the same one where values are
 * discrete.
 */
public sealed interface Distribution
    permits Constant, Categorical, IntUniform, Continuous, Quantised {

  /** The name in a sweep configuration, such as {@code log_uniform_values}. */
  String name();

  /**
   * The value at {@code u}; {@code u} outside (0, 1] is clamped.
   *
   * @return a legal value: {@code Long}, {@code Double}, or whatever the configuration lists
   */
  Object quantile(double u);

  /**
   * The distribution function, in [0, 1]; a value that is not of the right kind counts as the
   * smallest.
   */
  double cdf(Object value);

  /**
   * Where the search model sees a value in [0, 1]: its CDF, or the middle of its cell if discrete.
   * {@code quantile(position(v))} is {@code v} for a legal value.
   */
  double position(Object value);

  /** How many different values there are; infinite if continuous or unbounded. */
  double cardinality();
}
