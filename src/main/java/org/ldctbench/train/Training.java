package org.ldctbench.train;

import java.io.IOException;
import java.nio.file.Files;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Locale;
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
import org.ldctbench.wandb.settings.WandbSettings;

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
   * @throws UserException CONFIG for bad WANDB_* variables; ENGINE, DEVICE_LOST, OUTPUT: what
   *     stopped the run
   */
  public TrainingResult start(Launch launch) {
    WandbSettings settings = RunTracking.settings(launch, arguments, listener::warning);
    LocalDateTime now = LocalDateTime.now(ZoneId.systemDefault());
    RunFolder folder = RunFolder.create(launch.environment(), !settings.online(), now);
    try (RunTracking tracking = RunTracking.start(settings, folder, arguments, launch, listener)) {
      tellSurprises(tracking);
      new RunRecord(folder, arguments, tracking, plots).arguments();
      return run(folder, null, tracking);
    }
  }

  /**
   * Continues a run; the outcome is bit for bit that of a run that never stopped.
   *
   * @param folder of a run with these very arguments
   * @throws UserException CONFIG if the arguments differ, DATA if its state is damaged, and as
   *     {@link #start}
   */
  public TrainingResult resume(RunFolder folder, Launch launch) {
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
    WandbSettings settings = RunTracking.settings(launch, arguments, listener::warning);
    try (RunTracking tracking = RunTracking.start(settings, folder, arguments, launch, listener)) {
      return run(folder, state, tracking);
    }
  }

  private TrainingResult run(RunFolder folder, ResumeState state, RunTracking tracking) {
    tracking.started(folder);
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
              tracking,
              folder,
              new RunRecord(folder, arguments, tracking, plots));
      if (state == null) {
        trainer.setParameters(InitialWeights.draw(arguments.seed()));
      } else {
        loop.restore(state);
      }
      tracking.line("Start training...");
      TrainingResult result = loop.run();
      tracking.finish(exitCode(result.state()).code());
      return result;
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

  private static ExitCode exitCode(TrainingResult.State state) {
    return switch (state) {
      case FINISHED -> ExitCode.OK;
      case STOPPED -> ExitCode.TERMINATED;
      case DIVERGED -> ExitCode.DIVERGED;
    };
  }

  private void tellSurprises(RunTracking tracking) {
    if (arguments.effectiveIterations() != arguments.maxIterations()) {
      tracking.warning(
          "max_iterations "
              + arguments.maxIterations()
              + " is rounded up to "
              + arguments.effectiveIterations()
              + ": whole epochs of "
              + arguments.iterationsBeforeVal());
    }
    if (arguments.weightDecay() != 0) {
      tracking.warning(
          "weight_decay "
              + arguments.weightDecay()
              + " is recorded but not applied, as in the original");
    }
  }
}
