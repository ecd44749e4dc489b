package org.ldctbench.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Times that were measured in turn with those of other contenders: samples of equal index lie side
 * by side, so that what slows the machine for a while slows both.
 */
record Samples(double... ms) {
  Spread spread() {
    return Spread.of(ms);
  }

  /** How many times as long these take as ours, pair by pair. */
  Spread over(Samples ours) {
    double[] ratios = new double[ms.length];
    Arrays.setAll(ratios, i -> ms[i] / ours.ms[i]);
    return Spread.of(ratios);
  }

  /**
   * Ratio to the fastest contender.
   *
   * @param theirs null for those that failed
   * @return null if there is none
   */
  static Spread fastestOver(List<Samples> theirs, Samples ours) {
    return theirs.stream()
        .filter(Objects::nonNull)
        .map(one -> one.over(ours))
        .min(Comparator.comparingDouble(Spread::median))
        .orElse(null);
  }

  Samples times(int factor) {
    return new Samples(Arrays.stream(ms).map(one -> one * factor).toArray());
  }
}
