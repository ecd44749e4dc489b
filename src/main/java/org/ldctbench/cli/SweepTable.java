package org.ldctbench.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.Parameter;
import org.ldctbench.sweep.ParameterSpace;
import org.ldctbench.sweep.RunState;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepListener;
import org.ldctbench.sweep.SweepRun;
import org.ldctbench.sweep.SweepState;

/**
 * The runs of a sweep as they happen: on a terminal a table that is drawn anew, elsewhere one line
 * per run that ended.
 */
final class SweepTable implements SweepListener {
  private static final int MOST_ROWS = 20;
  private static final long REDRAW_NANOS = 200_000_000;

  private final PrintStream out;
  private final boolean terminal;
  private final SweepConfig config;
  private final SweepState state;
  private final Map<String, Long> started = new LinkedHashMap<>();
  private int drawn;
  private long lastDrawn = System.nanoTime() - REDRAW_NANOS;
  private boolean headed;

  SweepTable(PrintStream out, boolean terminal, SweepConfig config, SweepState state) {
    this.out = out;
    this.terminal = terminal;
    this.config = config;
    this.state = state;
  }

  @Override
  public synchronized void runStarted(SweepRun run) {
    started.put(run.id(), System.nanoTime());
    draw(true);
  }

  @Override
  public synchronized void epoch(SweepRun run) {
    draw(false);
  }

  @Override
  public synchronized void runEnded(SweepRun run) {
    if (terminal) {
      draw(true);
      return;
    }
    List<List<String>> rows = List.of(header(), row(run));
    if (!headed) {
      out.println(format(header(), widths(rows)));
      headed = true;
    }
    out.println(format(row(run), widths(rows)));
  }

  private void draw(boolean now) {
    if (!terminal || (!now && System.nanoTime() - lastDrawn < REDRAW_NANOS)) {
      return;
    }
    lastDrawn = System.nanoTime();
    List<List<String>> rows = new ArrayList<>();
    rows.add(header());
    shown().forEach(run -> rows.add(row(run)));
    int[] widths = widths(rows);
    StringBuilder text = new StringBuilder();
    if (drawn > 0) {
      text.append("\u001b[").append(drawn).append("A\u001b[J");
    }
    rows.forEach(row -> text.append(format(row, widths)).append('\n'));
    out.print(text);
    out.flush();
    drawn = rows.size();
  }

  /** All that are under way, and of the others the last. */
  private List<SweepRun> shown() {
    List<SweepRun> runs = state.runs();
    long ended = runs.stream().filter(run -> run.state() != RunState.RUNNING).count();
    long hidden = Math.min(ended, Math.max(0, runs.size() - MOST_ROWS));
    List<SweepRun> shown = new ArrayList<>();
    for (SweepRun run : runs) {
      if (run.state() == RunState.RUNNING || hidden-- <= 0) {
        shown.add(run);
      }
    }
    return shown;
  }

  /** All runs as text lines, header first. */
  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(header());
    state.runs().forEach(run -> rows.add(row(run)));
    int[] widths = widths(rows);
    return rows.stream().map(row -> format(row, widths)).toList();
  }

  private List<String> header() {
    List<String> cells = new ArrayList<>(List.of("run", "state"));
    config.space().varying().forEach(parameter -> cells.add(parameter.name()));
    config.metric().ifPresent(metric -> cells.add("best " + metric.name()));
    cells.add("time");
    return cells;
  }

  private List<String> row(SweepRun run) {
    List<String> cells = new ArrayList<>();
    cells.add(String.valueOf(run.number()));
    cells.add(run.state().label());
    for (Parameter parameter : config.space().varying()) {
      cells.add(text(ParameterSpace.value(run.parameters(), parameter)));
    }
    config.metric().ifPresent(metric -> cells.add(metricCell(run, metric)));
    cells.add(seconds(run));
    run.outcome()
        .filter(end -> !end.failure().isEmpty())
        .ifPresent(end -> cells.add(end.failure()));
    return cells;
  }

  private static String metricCell(SweepRun run, Metric metric) {
    var best = SweepState.bestValue(run, metric);
    return best.isPresent() ? String.format(Locale.ROOT, "%.5f", best.getAsDouble()) : "-";
  }

  private String seconds(SweepRun run) {
    Optional<Double> ended = run.outcome().map(end -> end.seconds());
    Long begin = started.get(run.id());
    double seconds = ended.orElse(begin == null ? 0 : (System.nanoTime() - begin) * 1e-9);
    return run.state() == RunState.RUNNING && begin == null
        ? "-"
        : String.format(Locale.ROOT, "%.1f s", seconds);
  }

  /** Short form: five significant digits of real numbers. */
  static String text(Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      boolean plain = number == 0 || (Math.abs(number) >= 1e-3 && Math.abs(number) < 1e6);
      return String.format(Locale.ROOT, plain ? "%.5g" : "%.4e", number);
    }
    return String.valueOf(value);
  }

  private static int[] widths(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int c = 0; c < Math.min(widths.length, row.size()); c++) {
        int least = c == 0 ? 3 : c == 1 ? 8 : 10;
        widths[c] = Math.max(widths[c], Math.max(least, row.get(c).length()));
      }
    }
    return widths;
  }

  private static String format(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.size(); c++) {
      int width = c < widths.length ? widths[c] : 1;
      line.append(c == 0 ? "" : "  ").append(String.format("%-" + width + "s", row.get(c)));
    }
    return line.toString().stripTrailing();
  }
}
