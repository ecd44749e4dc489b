package org.ldctbench.sweep.gp;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Costs as the model sees them: bad values clipped, so that a cliff does not flatten the rest, then
 * mean 0 and standard deviation 1.
 */
public record OutputScale(double ceiling, double mean, double deviation) {
  private static final double REACH = 3;

  /**
   * @param costs of all runs, finite, smaller is better
   * @param succeeded which of them are results; the others stand in for failures and do not decide
   *     what counts as bad
   */
  public static OutputScale of(double[] costs, boolean[] succeeded) {
    double[] results =
        IntStream.range(0, costs.length)
            .filter(i -> succeeded[i])
            .mapToDouble(i -> costs[i])
            .toArray();
    double ceiling = ceiling(results);
    double[] clipped = Arrays.stream(costs).map(c -> Math.min(c, ceiling)).toArray();
    double mean = Arrays.stream(clipped).average().orElse(0);
    double variance = Arrays.stream(clipped).map(c -> (c - mean) * (c - mean)).average().orElse(0);
    return new OutputScale(ceiling, mean, variance > 0 ? Math.sqrt(variance) : 1);
  }

  private static double ceiling(double[] results) {
    if (results.length == 0) {
      return Double.POSITIVE_INFINITY;
    }
    Percentile percentile = new Percentile();
    percentile.setData(results);
    double median = percentile.evaluate(50);
    double spread = median - percentile.evaluate(25);
    return spread > 0 ? median + REACH * spread : Double.POSITIVE_INFINITY;
  }

  public double apply(double cost) {
    return (Math.min(cost, ceiling) - mean) / deviation;
  }

  public double[] apply(double[] costs) {
    return Arrays.stream(costs).map(this::apply).toArray();
  }

  /** Back to the cost's own unit. */
  public double invert(double scaled) {
    return scaled * deviation + mean;
  }
}
