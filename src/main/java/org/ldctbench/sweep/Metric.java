package org.ldctbench.sweep;

import java.util.OptionalDouble;

/**
 * What a sweep improves.
 *
 * @param target the sweep ends when a run reaches it; NaN if none
 * @param impute what a run without a result counts as
 * @param imputeWhileRunning the same for unfinished ones; NONE leaves them to the searcher
 */
public record Metric(
    String name, boolean maximize, double target, Impute impute, Impute imputeWhileRunning) {

  /** Stand-ins for a missing result. */
  public enum Impute {
    NONE,
    WORST,
    BEST,
    LATEST
  }

  public static Metric of(String name, boolean maximize) {
    return new Metric(name, maximize, Double.NaN, Impute.WORST, Impute.NONE);
  }

  /** Smaller is better, whatever the goal. */
  public double cost(double value) {
    return maximize ? -value : value;
  }

  /** The best finite value in the metric's own sign. */
  public OptionalDouble best(double[] history) {
    return extreme(history, maximize);
  }

  OptionalDouble worst(double[] history) {
    return extreme(history, !maximize);
  }

  private static OptionalDouble extreme(double[] history, boolean largest) {
    var finite = java.util.Arrays.stream(history).filter(Double::isFinite);
    return largest ? finite.max() : finite.min();
  }

  public boolean reached(double value) {
    return cost(value) <= cost(target);
  }
}
