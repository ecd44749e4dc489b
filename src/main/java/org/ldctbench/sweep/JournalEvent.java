package org.ldctbench.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.file.Path;
import java.util.Map;

/** One line of a sweep's journal. Times are ISO 8601 in UTC. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
  @JsonSubTypes.Type(value = JournalEvent.SweepCreated.class, name = "sweep_created"),
  @JsonSubTypes.Type(value = JournalEvent.RunStarted.class, name = "run_started"),
  @JsonSubTypes.Type(value = JournalEvent.RunFolder.class, name = "run_folder"),
  @JsonSubTypes.Type(value = JournalEvent.Epoch.class, name = "epoch"),
  @JsonSubTypes.Type(value = JournalEvent.RunEnded.class, name = "run_ended"),
})
public sealed interface JournalEvent {

  /** The first line. {@code runs} is null for an endless sweep. */
  record SweepCreated(String time, String sweep, long seed, Long runs, Map<String, Object> fixed)
      implements JournalEvent {}

  /**
   * A run begins, or begins again after an interruption.
   *
   * @param guest whether another program executes it, that joined the sweep at a server
   */
  record RunStarted(
      String time,
      String run,
      int number,
      Map<String, Object> parameters,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean guest)
      implements JournalEvent {}

  /** Where a run keeps its files. */
  record RunFolder(String run, String folder) implements JournalEvent {}

  /** New results of a run. */
  record Epoch(String run, long iteration, Map<String, Double> metrics) implements JournalEvent {}

  /** A run ended, or was interrupted and goes on when the sweep is resumed. */
  record RunEnded(
      String time,
      String run,
      RunState state,
      Map<String, Double> summary,
      Map<String, Double> best,
      Map<String, Double> baseline,
      String folder,
      String name,
      double seconds,
      String failure)
      implements JournalEvent {
    static RunEnded of(String time, String run, RunOutcome outcome) {
      return new RunEnded(
          time,
          run,
          outcome.state(),
          outcome.summary(),
          outcome.best(),
          outcome.baseline(),
          outcome.folder().map(Path::toString).orElse(null),
          outcome.name(),
          outcome.seconds(),
          outcome.failure());
    }
  }
}
