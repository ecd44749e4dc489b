package org.ldctbench.cli;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.ldctbench.common.Progress;
import org.ldctbench.config.TrainArguments;
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
   * @param parallel most runs at once, which share this machine's cores unless threads are given
   */
  static Program open(
      SweepConfig sweep,
      Map<String, Object> overrides,
      Map<String, String> environment,
      Progress.Factory progress,
      int parallel) {
    if (InProcessProgram.NAME.equals(sweep.program())) {
      Set<String> told = ConcurrentHashMap.newKeySet();
      Consumer<String> once =
          line -> {
            if (told.add(line)) {
              System.err.println(line);
            }
          };
      return new InProcessProgram(
          sweep,
          overrides,
          environment,
          arguments -> TrainEngine.open(arguments, threads(arguments, parallel), once),
          progress,
          once);
    }
    return new ChildProgram(sweep, SweepFolder.root(environment), environment, KILL_DELAY);
  }

  /** CPU threads of one of several runs at once, 0 = one a core. */
  private static int threads(TrainArguments arguments, int parallel) {
    if (arguments.threads() > 0 || parallel == 1) {
      return arguments.threads();
    }
    return Math.max(1, Runtime.getRuntime().availableProcessors() / parallel);
  }
}
