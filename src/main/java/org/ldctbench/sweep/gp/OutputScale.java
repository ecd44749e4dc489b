package org.ldctbench.sweep.gp;

import java.util.Arrays;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Costs as the model sees them: bad values clipped, so that a cliff does not flatten the rest, then
 * mean 0 and standard deviation 1.
 */
public record OutputScale(double ceiling, double mean, double deviation) {
  private static final double REACH = 3;

  /**
   * @param costs at least one, finite, smaller is better
   */
  public static OutputScale of(double[] costs) {
    Percentile percentile = new Percentile();
    percentile.setData(costs);
    double median = percentile.evaluate(50);
    double spread = median - percentile.evaluate(25);
    double ceiling = spread > 0 ? median + REACH * spread : Double.POSITIVE_INFINITY;
    double[] clipped = Arrays.stream(costs).map(c -> Math.min(c, ceiling)).toArray();
    double mean = Arrays.stream(clipped).average().orElse(0);
    double variance = Arrays.stream(clipped).map(c -> (c - mean) * (c - mean)).average().orElse(0);
    return new OutputScale(ceiling, mean, variance > 0 ? Math.sqrt(variance) : 1);
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
