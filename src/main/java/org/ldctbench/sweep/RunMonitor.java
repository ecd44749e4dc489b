package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a program tells its sweep while a run is under way. May be called from any one thread. */
public interface RunMonitor {
  /** What a program has to do next. */
  enum Order {
    CONTINUE,
    /** End the run now and return it as STOPPED: others are better. */
    STOP_EARLY,
    /** Save what is needed to go on later and return the run as INTERRUPTED. */
    INTERRUPT
  }

  /** Where the run keeps its files; to be told before the first epoch. */
  void folder(Path folder);

  /**
   * Metrics of one epoch.
   *
   * @param iteration at which they were measured
   */
  record Row(long iteration, Map<String, Double> metrics) {}

  /** More results, oldest first. A program may log thousands a second: pass on what has come. */
  Order rows(List<Row> rows);

  /** One more result. */
  default Order epoch(long iteration, Map<String, Double> metrics) {
    return rows(List.of(new Row(iteration, metrics)));
  }

  /** Whether INTERRUPT has been ordered; cheap enough to ask often. */
  boolean interrupted();
}
