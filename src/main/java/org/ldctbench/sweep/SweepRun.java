package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run as the journal tells it. */
public final class SweepRun {
  private final String id;
  private final int number;
  private final Map<String, Object> parameters;
  private final boolean guest;
  private final List<JournalEvent.Epoch> epochs = new ArrayList<>();
  private RunState state = RunState.RUNNING;
  private Path folder;
  private RunOutcome outcome;

  SweepRun(String id, int number, Map<String, Object> parameters, boolean guest) {
    this.id = id;
    this.number = number;
    this.parameters = parameters;
    this.guest = guest;
  }

  public String id() {
    return id;
  }

  /** From 1, in the order of the start. */
  public int number() {
    return number;
  }

  public Map<String, Object> parameters() {
    return parameters;
  }

  /** Whether another program executes it. */
  public boolean guest() {
    return guest;
  }

  public RunState state() {
    return state;
  }

  public Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }

  /** Present once the run ended or was interrupted. */
  public Optional<RunOutcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  void restart() {
    state = RunState.RUNNING;
    outcome = null;
  }

  void folder(Path where) {
    folder = where;
  }

  /** A repeated attempt replaces what the earlier one logged from here on. */
  void epoch(JournalEvent.Epoch epoch) {
    while (!epochs.isEmpty() && epochs.get(epochs.size() - 1).iteration() >= epoch.iteration()) {
      epochs.remove(epochs.size() - 1);
    }
    epochs.add(epoch);
  }

  void end(RunOutcome how) {
    state = how.state();
    outcome = how;
    folder = how.folder().orElse(folder);
  }

  /** The metric in logging order, then the summary value if it was never logged. */
  public double[] history(String metric) {
    List<Double> values = new ArrayList<>();
    for (JournalEvent.Epoch epoch : epochs) {
      Double value = epoch.metrics().get(metric);
      if (value != null) {
        values.add(value);
      }
    }
    if (values.isEmpty() && outcome != null && outcome.summary().get(metric) != null) {
      values.add(outcome.summary().get(metric));
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** All metrics of the last epoch, empty before the first. */
  public Map<String, Double> latest() {
    return epochs.isEmpty() ? Map.of() : epochs.get(epochs.size() - 1).metrics();
  }

  Observation observation(Optional<Metric> metric) {
    double[] history = metric.map(m -> history(m.name())).orElse(new double[0]);
    return new Observation(parameters, state, history);
  }
}
