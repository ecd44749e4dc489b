package org.ldctbench.sweep;

import java.util.List;

/**
 * What a suggestion depends on besides the configuration and the seed.
 *
 * @param runs in the order of their start
 * @param drawn how many suggestions went before; independent draws continue from there
 */
public record SearchHistory(List<Observation> runs, long drawn) {
  public SearchHistory {
    runs = List.copyOf(runs);
  }

  public SearchHistory(List<Observation> runs) {
    this(runs, runs.size());
  }
}
