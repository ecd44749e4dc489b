package org.ldctbench.cli;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.ldctbench.common.Progress;

/** Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere. */
final class TerminalProgress implements Progress.Factory {
  private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  /** Whether a person watches; System.console() alone would miss a redirected standard output. */
  static boolean isTerminal() {
    String term = System.getenv("TERM");
    return "1".equals(System.getenv("LDCTBENCH_STDERR_TTY")) && !"dumb".equals(term);
  }

  @Override
  public Progress start(String task, long total, String unit) {
    return isTerminal() ? new Bar(task, total, unit) : new Lines(task, total, unit);
  }

  private static final class Bar implements Progress {
    private final ProgressBar bar;

    Bar(String task, long total, String unit) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(total)
              .setUnit(" " + unit, 1)
              .setUpdateIntervalMillis(200)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(System.err))
              .showSpeed()
              .build();
    }

    @Override
    public void advance(long amount) {
      bar.stepBy(amount);
    }

    @Override
    public void note(String text) {
      bar.setExtraMessage(text);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private static final class Lines implements Progress {
    private final String task;
    private final long total;
    private final String unit;
    private final long started = System.nanoTime();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong nextLine = new AtomicLong(started + PLAIN_INTERVAL_NANOS);
    private volatile String note = "";

    Lines(String task, long total, String unit) {
      this.task = task;
      this.total = total;
      this.unit = unit;
    }

    @Override
    public void advance(long amount) {
      long count = done.addAndGet(amount);
      long now = System.nanoTime();
      long due = nextLine.get();
      if (now >= due && nextLine.compareAndSet(due, now + PLAIN_INTERVAL_NANOS)) {
        double rate = count / ((now - started) * 1e-9);
        System.err.printf(
            "%s: %d of %d %s, %.1f/s, %.0f s left%s%n",
            task, count, total, unit, rate, (total - count) / rate, note);
      }
    }

    @Override
    public void note(String text) {
      note = text.isEmpty() ? "" : ", " + text;
    }

    @Override
    public void close() {
      // A line of its own would say nothing that the command's result does not say.
    }
  }
}
