package org.ldctbench.train;

import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.metrics.EpochPlots;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.train.RunRecord.Plots;

/**
 * One run: trains CNN-10, validates after every epoch, keeps the best network. Engine and samples
 * stay open afterwards, for the next run.
 */
public final class Training {
  private final Engine engine;
  private final Samples samples;
  private final TrainArguments arguments;
  private final TrainingListener listener;
  private final Plots plots;

  public Training(
      Engine engine, Samples samples, TrainArguments arguments, TrainingListener listener) {
    this(engine, samples, arguments, listener, EpochPlots::draw);
  }

  Training(
      Engine engine,
      Samples samples,
      TrainArguments arguments,
      TrainingListener listener,
      Plots plots) {
    this.plots = plots;
    this.engine = engine;
    this.samples = samples;
    this.arguments = arguments;
    this.listener = listener;
  }

  /**
   * Trains in a new run folder below {@link RunFolder#root}.
   *
   * @param environment WANDB_DIR and WANDB_RUN_ID are looked up here
   * @throws UserException ENGINE, DEVICE_LOST, OUTPUT: what stopped the run
   */
  public TrainingResult start(Map<String, String> environment) {
    RunFolder folder =
        RunFolder.create(environment, true, LocalDateTime.now(ZoneId.systemDefault()));
    tellSurprises();
    new RunRecord(folder, arguments, listener, plots).arguments();
    return run(folder, null);
  }

  /**
   * Continues a run; the outcome is bit for bit that of a run that never stopped.
   *
   * @param folder of a run with these very arguments
   * @throws UserException CONFIG if the arguments differ, DATA if its state is damaged, and as
   *     {@link #start}
   */
  public TrainingResult resume(RunFolder folder) {
    ResumeState state = null;
    try {
      if (Files.exists(folder.files().resolve(ResumeState.FILE_NAME))) {
        state = ResumeState.read(folder.files());
      } else {
        listener.warning(folder.path() + ": has no saved state; starts from its beginning");
      }
    } catch (IOException e) {
      throw new UserException(ExitCode.DATA, folder.path() + ": state cannot be read: " + e, e);
    }
    if (state != null && !state.arguments().equals(arguments.toYaml())) {
      throw new UserException(
          ExitCode.CONFIG,
          folder.files().resolve("args.yaml")
              + ": differs from what the run was started with; undo the change or start a new run");
    }
    if (state != null && !state.engine().equals(engine.name())) {
      listener.warning(
          "the run was on engine "
              + state.engine()
              + " and goes on with "
              + engine.name()
              + ": results will differ in the last digits");
    }
    return run(folder, state);
  }

  private TrainingResult run(RunFolder folder, ResumeState state) {
    listener.started(folder);
    try (Trainer trainer =
        engine.createTrainer(
            optimizer(),
            Precision.valueOf(arguments.precision().toUpperCase(Locale.ROOT)),
            samples.scale())) {
      TrainingLoop loop =
          new TrainingLoop(
              trainer,
              engine.name(),
              samples,
              arguments,
              listener,
              folder,
              new RunRecord(folder, arguments, listener, plots));
      if (state == null) {
        trainer.setParameters(InitialWeights.draw(arguments.seed()));
      } else {
        loop.restore(state);
      }
      listener.line("Start training...");
      return loop.run();
    } catch (EngineException e) {
      boolean lost = e.kind() == EngineException.Cause.DEVICE_LOST;
      throw new UserException(
          lost ? ExitCode.DEVICE_LOST : ExitCode.ENGINE,
          "engine "
              + engine.name()
              + ": "
              + e.getMessage()
              + (lost ? "; continue with --resume " + folder.path() : ""),
          e);
    }
  }

  private Optimizer optimizer() {
    return switch (arguments.optimizer()) {
      case "adam" -> Optimizer.adam(arguments.lr(), arguments.adamB1(), arguments.adamB2());
      case "sgd" ->
          Optimizer.sgd(arguments.lr(), arguments.sgdMomentum(), arguments.sgdDampening());
      default -> Optimizer.rmsprop(arguments.lr());
    };
  }

  private void tellSurprises() {
    if (arguments.effectiveIterations() != arguments.maxIterations()) {
      listener.warning(
          "max_iterations "
              + arguments.maxIterations()
              + " is rounded up to "
              + arguments.effectiveIterations()
              + ": whole epochs of "
              + arguments.iterationsBeforeVal());
    }
    if (arguments.weightDecay() != 0) {
      listener.warning(
          "weight_decay "
              + arguments.weightDecay()
              + " is recorded but not applied, as in the original");
    }
  }
}
