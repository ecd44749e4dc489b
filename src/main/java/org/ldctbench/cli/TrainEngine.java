package org.ldctbench.cli;

import java.util.Locale;
import java.util.function.Consumer;
import org.ldctbench.binding.Engines;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;

/** The engine that a run's arguments ask for. */
final class TrainEngine {
  private TrainEngine() {}

  /**
   * @throws UserException with code ENGINE if it is not to be had
   */
  static Engine open(TrainArguments arguments, Consumer<String> log) {
    return open(arguments, arguments.threads(), log);
  }

  /**
   * The same with other CPU threads than the arguments say, 0 = one a core.
   *
   * @throws UserException with code ENGINE if it is not to be had
   */
  static Engine open(TrainArguments arguments, int threads, Consumer<String> log) {
    Precision precision = Precision.valueOf(arguments.precision().toUpperCase(Locale.ROOT));
    return open(
        resolved(arguments.engine(), precision, log),
        threads,
        arguments.device(),
        Kernels.valueOf(arguments.kernels().toUpperCase(Locale.ROOT)),
        log);
  }

  /** {@code auto} becomes {@code cpu} where a CUDA device has no kernels of the precision. */
  static String resolved(String engine, Precision precision, Consumer<String> log) {
    try {
      if (engine.equals("auto") && Engines.cudaLacks(precision)) {
        log.accept("not cuda: it cannot compute in " + precision.label() + " here");
        return "cpu";
      }
      return engine;
    } catch (EngineException e) {
      throw new UserException(ExitCode.ENGINE, "engine " + engine + ": " + e.getMessage(), e);
    }
  }

  static Engine open(
      String engine, int threads, int device, Kernels kernels, Consumer<String> log) {
    try {
      return Engines.open(engine, threads, device, kernels, log);
    } catch (EngineException e) {
      throw new UserException(
          ExitCode.ENGINE,
          "engine " + engine + ": " + e.getMessage() + "; --engine cpu always works",
          e);
    }
  }
}
