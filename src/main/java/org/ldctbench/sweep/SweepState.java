package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A sweep, rebuilt by replaying its journal. */
public final class SweepState {
  private final Map<String, SweepRun> runs = new LinkedHashMap<>();
  private JournalEvent.SweepCreated created;

  void apply(JournalEvent event) {
    if (event instanceof JournalEvent.SweepCreated creation) {
      created = creation;
    } else if (event instanceof JournalEvent.RunStarted start) {
      SweepRun known = runs.get(start.run());
      if (known == null) {
        runs.put(
            start.run(),
            new SweepRun(start.run(), start.number(), start.parameters(), start.guest()));
      } else {
        known.restart();
      }
    } else if (event instanceof JournalEvent.RunFolder where) {
      run(where.run()).folder(Path.of(where.folder()));
    } else if (event instanceof JournalEvent.Epoch epoch) {
      run(epoch.run()).epoch(epoch);
    } else if (event instanceof JournalEvent.RunEnded end) {
      run(end.run()).end(outcome(end));
    }
  }

  private static RunOutcome outcome(JournalEvent.RunEnded end) {
    return new RunOutcome(
        end.state(),
        end.summary(),
        end.best(),
        end.baseline(),
        Optional.ofNullable(end.folder()).map(Path::of),
        end.name(),
        end.seconds(),
        end.failure());
  }

  private SweepRun run(String id) {
    SweepRun run = runs.get(id);
    if (run == null) {
      throw new IllegalArgumentException("run '" + id + "' was never started");
    }
    return run;
  }

  /** False for a journal that holds nothing yet. */
  public boolean created() {
    return created != null;
  }

  public String id() {
    return created.sweep();
  }

  public long seed() {
    return created.seed();
  }

  /** How many runs the sweep is to have; empty if endless. */
  public Optional<Long> wantedRuns() {
    return Optional.ofNullable(created.runs());
  }

  /** Parameters fixed when the sweep was created. */
  public Map<String, Object> fixed() {
    return created.fixed();
  }

  /** In the order of their start. */
  public List<SweepRun> runs() {
    return new ArrayList<>(runs.values());
  }

  public Optional<SweepRun> find(String runId) {
    return Optional.ofNullable(runs.get(runId));
  }

  SearchHistory history(Optional<Metric> metric) {
    return new SearchHistory(runs.values().stream().map(run -> run.observation(metric)).toList());
  }

  /**
   * The successful run with the best value of the metric at any epoch, the earlier one of equals.
   */
  public Optional<SweepRun> best(Metric metric) {
    return runs.values().stream()
        .filter(run -> run.state().succeeded() && bestValue(run, metric).isPresent())
        .min(Comparator.comparingDouble(run -> metric.cost(bestValue(run, metric).getAsDouble())));
  }

  /** Best finite value of the metric in a run, in the metric's own sign. */
  public static OptionalDouble bestValue(SweepRun run, Metric metric) {
    return metric.best(run.history(metric.name()));
  }
}
