package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A stand-in for training: some epochs that approach a bowl's height at the parameters. */
final class BowlProgram implements Program {
  private final int epochs;
  private final long epochMillis;

  BowlProgram(int epochs, long epochMillis) {
    this.epochs = epochs;
    this.epochMillis = epochMillis;
  }

  @Override
  public RunOutcome execute(RunRequest request, RunMonitor monitor) {
    Path folder = Path.of("run-" + request.runId());
    monitor.folder(folder);
    double x = Values.number(request.parameters().get("x"));
    double y = Values.number(request.parameters().get("y"));
    if (x > 0.95) {
      throw new IllegalStateException("diverged");
    }
    Map<String, Double> metrics = Map.of();
    RunState state = RunState.FINISHED;
    for (int e = 1; e <= epochs && state == RunState.FINISHED; e++) {
      pause();
      double height = (x - 0.3) * (x - 0.3) + (y - 0.7) * (y - 0.7) + 1.0 / e;
      metrics = Map.of("loss", height);
      state =
          switch (monitor.epoch(e, metrics)) {
            case CONTINUE -> RunState.FINISHED;
            case STOP_EARLY -> RunState.STOPPED;
            case INTERRUPT -> RunState.INTERRUPTED;
          };
    }
    return new RunOutcome(
        state, metrics, metrics, Map.of("loss", 3.0), Optional.of(folder), "bowl", 0.1, "");
  }

  private void pause() {
    try {
      Thread.sleep(epochMillis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
