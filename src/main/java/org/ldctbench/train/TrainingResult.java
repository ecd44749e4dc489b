package org.ldctbench.train;

import java.nio.file.Path;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param folder the run's folder, which holds files/
 * @param name display name: folder name without prefix
 * @param id last part of the name
 * @param iterations that were done
 * @param bestSsim of any epoch, NaN if there is none
 * @param bestIteration at which it was reached, 0 if there is none
 * @param lastMetrics of the newest epoch under the original's names, empty if there is none
 */
public record TrainingResult(
    Path folder,
    String name,
    String id,
    long iterations,
    double bestSsim,
    long bestIteration,
    Map<String, Double> lastMetrics,
    State state) {
  public TrainingResult {
    lastMetrics = Map.copyOf(lastMetrics);
  }

  /** Last state of a run. */
  public enum State {
    FINISHED,
    STOPPED,
    DIVERGED
  }
}
