package org.ldctbench.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.ldctbench.common.Progress;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.train.TrainingListener;

/** Shows one run: the original's lines on standard output, progress on standard error. */
final class ConsoleListener implements TrainingListener, AutoCloseable {
  private final PrintWriter out;
  private final PrintWriter err;
  private final Progress.Factory factory;
  private final BooleanSupplier stop;
  private Progress progress;

  ConsoleListener(
      PrintWriter out, PrintWriter err, Progress.Factory factory, BooleanSupplier stop) {
    this.out = out;
    this.err = err;
    this.factory = factory;
    this.stop = stop;
  }

  @Override
  public void started(RunFolder folder) {
    err.println("Run folder " + folder.path());
  }

  @Override
  public void line(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public void warning(String text) {
    err.println("warning: " + text);
  }

  @Override
  public void notice(String text) {
    err.println(text);
  }

  @Override
  public void progress(long iteration, long total, long newlyDone, double loss) {
    if (progress == null) {
      progress = factory.start("Train", total - iteration + newlyDone, "iterations");
    }
    progress.note(String.format(Locale.ROOT, "loss %.6f", loss));
    progress.advance(newlyDone);
  }

  @Override
  public boolean stopRequested() {
    return stop.getAsBoolean();
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
    }
    err.flush();
  }
}
