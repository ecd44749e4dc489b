package org.ldctbench.cli;

import java.time.Duration;
import java.util.Map;
import org.ldctbench.common.Progress;
import org.ldctbench.launch.ChildProgram;
import org.ldctbench.launch.InProcessProgram;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepFolder;

/** What a sweep executes: our own trainer in this process, anything else as a child. */
final class SweepPrograms {
  private static final Duration KILL_DELAY = Duration.ofSeconds(30);

  private SweepPrograms() {}

  /**
   * @param overrides arguments of our trainer that the sweep file does not have
   * @param environment of the runs; WANDB_DIR says where they and the sweep are
   */
  static Program open(
      SweepConfig sweep,
      Map<String, Object> overrides,
      Map<String, String> environment,
      Progress.Factory progress) {
    if (InProcessProgram.NAME.equals(sweep.program())) {
      return new InProcessProgram(
          sweep,
          overrides,
          environment,
          arguments -> TrainEngine.open(arguments, System.err::println),
          progress,
          System.err::println);
    }
    return new ChildProgram(sweep, SweepFolder.root(environment), environment, KILL_DELAY);
  }
}
