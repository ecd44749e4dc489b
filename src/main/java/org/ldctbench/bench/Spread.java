package org.ldctbench.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** Median and extremes of repeated measurements. */
public record Spread(double median, double min, double max) {
  public static Spread of(double[] samples) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("no samples");
    }
    double[] sorted = samples.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** The best figure of each kind among those that are not null; null if there is none. */
  static Spread fastest(List<Spread> spreads) {
    List<Spread> measured = spreads.stream().filter(Objects::nonNull).toList();
    return measured.isEmpty()
        ? null
        : new Spread(
            least(measured, Spread::median),
            least(measured, Spread::min),
            least(measured, Spread::max));
  }

  private static double least(List<Spread> spreads, ToDoubleFunction<Spread> figure) {
    return spreads.stream().mapToDouble(figure).min().orElseThrow();
  }

  Spread times(int factor) {
    return new Spread(median * factor, min * factor, max * factor);
  }
}
