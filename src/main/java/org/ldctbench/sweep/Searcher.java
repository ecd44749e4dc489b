package org.ldctbench.sweep;

import java.util.List;
import java.util.Map;

/** Proposes parameter sets. Pure: the same history gives the same suggestions. */
public interface Searcher {
  /** Most suggestions in one call. */
  int MAX_BATCH = 64;

  /**
   * Complete arguments of {@code count} new runs that differ from each other and from all runs as
   * far as the space allows. Fewer, or none, only when the search is over.
   */
  List<Map<String, Object>> suggest(SearchHistory history, int count);

  /** Does the work of a suggestion once for nothing, so that the first real one is fast. */
  default void warmUp() {}

  /** The searcher that a configuration asks for. */
  static Searcher of(SweepConfig config, long seed) {
    return switch (config.method()) {
      case GRID -> new GridSearcher(config.space());
      case RANDOM -> new RandomSearcher(config.space(), seed);
      case BAYES -> new BayesSearcher(config.space(), config.metric().orElseThrow(), seed);
    };
  }
}
