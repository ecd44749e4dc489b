package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.Optional;

/** A sweep of bowls in a process of its own, for tests that kill it. */
final class SweepProcess {
  static final String CONFIG =
      """
      method: bayes
      metric: {name: loss, goal: minimize}
      parameters:
        x: {min: 0.0, max: 1.0}
        y: {min: 0.0, max: 1.0}
      """;

  private SweepProcess() {}

  /** Arguments: sweep folder, number of runs, milliseconds per epoch, runs at once. */
  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    try (Journal journal = Journal.open(folder)) {
      run(
          folder,
          journal,
          Long.parseLong(args[1]),
          Long.parseLong(args[2]),
          Integer.parseInt(args[3]));
    }
  }

  static SweepRunner.End run(
      Path folder, Journal journal, long runs, long epochMillis, int parallel) {
    SweepConfig config = SweepConfig.read(folder.resolve(SweepFolder.CONFIG));
    Searcher searcher = Searcher.of(config, journal.state().seed());
    try (Program program = new BowlProgram(3, epochMillis)) {
      return new SweepRunner(config, journal, searcher, program, new Silence(), parallel)
          .run(Optional.of(runs));
    }
  }

  /** Watches and says nothing. */
  static class Silence implements SweepListener {
    @Override
    public void runStarted(SweepRun run) {}

    @Override
    public void epoch(SweepRun run) {}

    @Override
    public void runEnded(SweepRun run) {}
  }
}
