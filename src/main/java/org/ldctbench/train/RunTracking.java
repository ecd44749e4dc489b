package org.ldctbench.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.metrics.EpochRecord;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.wandb.run.RunIdentity;
import org.ldctbench.wandb.run.WandbImages;
import org.ldctbench.wandb.run.WandbRun;
import org.ldctbench.wandb.settings.Mode;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Passes on to a listener what a run tells it, and records it for W&B. A run goes on without a
 * record that cannot be kept; that is told in one line.
 */
final class RunTracking implements TrainingListener, AutoCloseable {
  private static final String PROJECT = "ldct-benchmark";
  private static final String PROGRAM = "ldctbench-train";

  /** What the original uploads besides images: no checkpoints, and not our state. */
  private static final List<String> UPLOADED = List.of("args.yaml", "*.csv", "*.pdf");

  private final TrainingListener listener;
  private final Optional<WandbRun> run;
  private boolean finished;

  private RunTracking(TrainingListener listener, Optional<WandbRun> run) {
    this.listener = listener;
    this.run = run;
  }

  /**
   * What the surroundings and the arguments say about W&B. A key that cannot be one keeps the run
   * offline.
   *
   * @throws UserException CONFIG for a bad variable or settings file
   */
  static WandbSettings settings(
      Launch launch, TrainArguments arguments, Consumer<String> warnings) {
    WandbSettings settings = WandbSettings.load(launch.environment());
    if (arguments.dryrun() && settings.mode() == Mode.ONLINE) {
      return settings.with(Mode.OFFLINE);
    }
    if (settings.online()) {
      try {
        settings.requireKey().authorization();
      } catch (UserException e) {
        warnings.accept("the run is kept offline: " + e.getMessage());
        return settings.with(Mode.OFFLINE);
      }
    }
    return settings;
  }

  /** Begins the record of a run, or continues it; one that began offline stays offline. */
  static RunTracking start(
      WandbSettings wanted,
      RunFolder folder,
      TrainArguments arguments,
      Launch launch,
      TrainingListener listener) {
    boolean keep = folder.offline() && wanted.online();
    WandbSettings settings = keep ? wanted.with(Mode.OFFLINE) : wanted;
    try {
      RunIdentity identity =
          RunIdentity.of(
              settings,
              folder.path(),
              folder.id(),
              folder.name(),
              PROJECT,
              List.of(arguments.wandbtag()),
              arguments.recorded(),
              PROGRAM,
              launch.arguments());
      return new RunTracking(
          listener,
          Optional.of(WandbRun.start(settings, identity, launch.uploadEnd(), listener::notice)));
    } catch (UserException e) {
      listener.warning("no W&B record of this run: " + e.getMessage());
      return new RunTracking(listener, Optional.empty());
    }
  }

  /** Logs an epoch's row unless the record has it from before the run was continued. */
  void row(EpochRecord epoch, Map<String, WandbImages> images) {
    run.filter(one -> one.lastStep() < epoch.iteration())
        .ifPresent(
            one -> {
              Map<String, Object> row = new LinkedHashMap<>(epoch.byName());
              row.putAll(images);
              one.log(epoch.iteration(), row);
            });
  }

  /** Ends the record: 0 is finished, all else failed. A user who wants to stop need not wait. */
  void finish(int exitCode) {
    if (finished) {
      return;
    }
    finished = true;
    run.ifPresent(
        one -> {
          UPLOADED.forEach(one::announceFile);
          one.finish(exitCode, listener::stopRequested);
        });
  }

  @Override
  public void started(RunFolder folder) {
    listener.started(folder);
  }

  @Override
  public void line(String text) {
    listener.line(text);
    run.ifPresent(one -> one.console(text + "\n"));
  }

  @Override
  public void warning(String text) {
    listener.warning(text);
    run.ifPresent(one -> one.consoleError("warning: " + text + "\n"));
  }

  @Override
  public void notice(String text) {
    listener.notice(text);
  }

  @Override
  public void progress(long iteration, long total, long newlyDone, double loss) {
    listener.progress(iteration, total, newlyDone, loss);
  }

  @Override
  public void epoch(long iteration, Map<String, Double> metrics) {
    listener.epoch(iteration, metrics);
  }

  @Override
  public boolean stopRequested() {
    return listener.stopRequested() || run.map(WandbRun::stopRequested).orElse(false);
  }

  /** Ends the record as failed if it was not finished. */
  @Override
  public void close() {
    finish(1);
  }
}
