package org.ldctbench.bench;

/**
 * How many times as long theirs takes as ours.
 *
 * @param least by least times, which repeat better than medians where neighbours slow a machine
 */
public record Ratio(double median, double least) {
  static Ratio of(Spread theirs, Spread ours) {
    return new Ratio(theirs.median() / ours.median(), theirs.min() / ours.min());
  }
}
