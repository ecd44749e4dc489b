package org.ldctbench.train;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ldctbench.checkpoint.Checkpoint;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.PythonFloat;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.metrics.EpochCsv;
import org.ldctbench.metrics.EpochRecord;
import org.ldctbench.runlog.RunFolder;

/** Writes what a run leaves behind: arguments, epochs, plots, the best network, its state. */
final class RunRecord {
  static final String CHECKPOINT = "best_SSIM.pt";

  private static final long MIN_PLOT_PAUSE_NANOS = 5_000_000_000L;

  /** Plotting may cost this part of the time. */
  private static final int PLOT_PAUSE_FACTOR = 200;

  private final Path files;
  private final TrainArguments arguments;
  private final TrainingListener listener;
  private final Plots plots;
  private long nextPlot = System.nanoTime() + MIN_PLOT_PAUSE_NANOS;
  private boolean plotsFail;

  RunRecord(RunFolder folder, TrainArguments arguments, TrainingListener listener, Plots plots) {
    this.plots = plots;
    this.files = folder.files();
    this.arguments = arguments;
    this.listener = listener;
  }

  /** Draws the epochs into a folder. */
  interface Plots {
    void draw(Path files, List<EpochRecord> epochs) throws IOException;
  }

  /** Something that writes files. */
  private interface Writing {
    void run() throws IOException;
  }

  void arguments() {
    writing(
        "args.yaml", () -> AtomicFile.writeString(files.resolve("args.yaml"), arguments.toYaml()));
  }

  /** Adds the newest epoch, and keeps its network if no earlier one is as good. */
  void epoch(List<EpochRecord> epochs, float[] parameters) {
    EpochRecord newest = epochs.get(epochs.size() - 1);
    if (Double.isNaN(newest.ssim())) {
      listener.warning(
          "SSIM at iteration " + newest.iteration() + " is not a number; the epoch is not kept");
    }
    if (BestEpoch.of(epochs) == epochs.size() - 1) {
      listener.line(
          "Store network at iteration "
              + newest.iteration()
              + " with SSIM: "
              + PythonFloat.repr(newest.ssim()));
      // In args.yaml's order, which is all that a continued run knows.
      Map<String, Object> args = new TreeMap<>(arguments.recorded());
      Checkpoint checkpoint = new Checkpoint(args, newest.iteration(), parameters);
      writing(CHECKPOINT, () -> checkpoint.write(files.resolve(CHECKPOINT)));
    }
    writing("Losses.csv", () -> EpochCsv.append(files, newest, epochs.size() == 1));
    if (System.nanoTime() >= nextPlot) {
      plots(epochs);
    }
  }

  /** Makes the tables agree with the state that the run goes on from. */
  void rewind(List<EpochRecord> epochs) {
    writing("Losses.csv", () -> EpochCsv.rewrite(files, epochs));
    writing("*.part", this::removeUnfinished);
  }

  /** What a killed process was writing. */
  private void removeUnfinished() throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(files, ".*.part")) {
      for (Path part : parts) {
        Files.delete(part);
      }
    }
  }

  void state(ResumeState state) {
    writing(ResumeState.FILE_NAME, () -> state.write(files));
  }

  /** Plots are worth no run: the first failure is told, then they are left out. */
  void plots(List<EpochRecord> epochs) {
    if (epochs.isEmpty() || plotsFail) {
      return;
    }
    long start = System.nanoTime();
    try {
      plots.draw(files, epochs);
    } catch (IOException | RuntimeException | LinkageError e) {
      plotsFail = true;
      listener.warning("no plots are drawn: " + e);
    }
    long now = System.nanoTime();
    nextPlot = now + Math.max(MIN_PLOT_PAUSE_NANOS, PLOT_PAUSE_FACTOR * (now - start));
  }

  private void writing(String name, Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT,
          files.resolve(name)
              + ": cannot be written ("
              + e
              + "); make room or the folder writable, then continue with --resume "
              + files.getParent(),
          e);
    }
  }
}
