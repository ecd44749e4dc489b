package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param state anything but RUNNING
 * @param summary last value of every metric
 * @param best the metrics at the best epoch
 * @param baseline the same metrics without doing anything (low dose against high dose); may be
 *     empty
 * @param folder that the evaluation command can use
 * @param name for people
 * @param seconds of wall time
 * @param failure one line, empty unless failed or killed
 */
public record RunOutcome(
    RunState state,
    Map<String, Double> summary,
    Map<String, Double> best,
    Map<String, Double> baseline,
    Optional<Path> folder,
    String name,
    double seconds,
    String failure) {

  /** A run that did not get anywhere. */
  public static RunOutcome failed(String reason, double seconds) {
    return new RunOutcome(
        RunState.FAILED, Map.of(), Map.of(), Map.of(), Optional.empty(), "", seconds, reason);
  }
}
