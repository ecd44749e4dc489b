package org.ldctbench.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;

/** Rows as a Markdown table, with the geometric mean of the ratios to the best peer. */
public final class BenchReport {
  private static final List<Column> COLUMNS =
      List.of(
          text("bench", BenchRow::bench),
          text("framework", BenchRow::framework),
          text("kernel", BenchRow::kernel),
          text("precision", BenchRow::precision),
          text("shape", row -> row.mbs() + "x" + row.patch()),
          number("threads", "%d", BenchRow::threads),
          number("ms (median)", "%.3f", row -> row.ms().median()),
          new Column(
              "min..max",
              true,
              row -> String.format(Locale.ROOT, "%.3f..%.3f", row.ms().min(), row.ms().max())),
          number("Mpixel/s", "%.2f", BenchRow::megapixelsPerSecond),
          number("MB/s", "%.0f", row -> row.figures().megabytesPerSecond()),
          number("iterations/s", "%.2f", row -> row.figures().iterationsPerSecond()),
          number("overhead", "%.2f %%", row -> percent(row.figures().overhead())),
          number("GFLOP/s", "%.0f", row -> row.figures().gflops()),
          number("of peak", "%.0f %%", row -> percent(row.figures().peakShare())),
          number("memory", "%.1f MiB", row -> mebibytes(row.figures().memoryBytes())),
          ratio("vs in turn", row -> row.figures().ratioToInTurn()),
          ratio("vs fewest threads", row -> row.figures().ratioToFewestThreads()),
          ratio("vs best peer", BenchRow::ratioToBestPeer));

  private BenchReport() {}

  /** Columns that no row has a value for are left out. */
  public static String markdown(List<BenchRow> rows) {
    if (rows.isEmpty()) {
      return "nothing was measured\n";
    }
    List<StringBuilder> lines = new ArrayList<>();
    for (int line = 0; line < rows.size() + 2; line++) {
      lines.add(new StringBuilder());
    }
    for (Column column : COLUMNS) {
      List<String> cells = rows.stream().map(column.cell()).toList();
      if (cells.stream().allMatch(String::isEmpty)) {
        continue;
      }
      int width = cells.stream().mapToInt(String::length).max().orElseThrow();
      width = Math.max(width, column.name().length());
      lines.get(0).append(column.padded(column.name(), width));
      lines.get(1).append('|').append("-".repeat(width + 1)).append(column.right() ? ':' : '-');
      for (int row = 0; row < cells.size(); row++) {
        lines.get(row + 2).append(column.padded(cells.get(row), width));
      }
    }
    return String.join("|\n", lines) + "|\n" + origin(rows.get(0).machine()) + mean(rows);
  }

  private static String origin(Machine machine) {
    String device = machine.device() == null ? "" : machine.device() + "; ";
    return String.format(
        Locale.ROOT,
        "%n%s%s, commit %s, %s%n",
        device,
        machine.cpu(),
        machine.commit(),
        machine.date());
  }

  private static String mean(List<BenchRow> rows) {
    double[] ratios =
        rows.stream()
            .map(BenchRow::ratioToBestPeer)
            .filter(Objects::nonNull)
            .mapToDouble(Spread::median)
            .toArray();
    if (ratios.length == 0) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "geometric mean of %d ratios to the best peer setting: %.2f%n",
        ratios.length,
        geometricMean(ratios));
  }

  static double geometricMean(double[] ratios) {
    double sum = 0;
    for (double ratio : ratios) {
      sum += Math.log(ratio);
    }
    return Math.exp(sum / ratios.length);
  }

  private static Double percent(Double share) {
    return share == null ? null : Double.valueOf(100 * share);
  }

  private static Double mebibytes(Long bytes) {
    return bytes == null ? null : Double.valueOf(bytes / 1048576.0);
  }

  private static Column text(String name, Function<BenchRow, String> value) {
    return new Column(name, false, row -> Objects.requireNonNullElse(value.apply(row), ""));
  }

  private static Column number(String name, String format, Function<BenchRow, Number> value) {
    return new Column(
        name,
        true,
        row -> {
          Number number = value.apply(row);
          return number == null ? "" : String.format(Locale.ROOT, format, number);
        });
  }

  /** The median of the pairs, and in brackets the extremes. */
  private static Column ratio(String name, Function<BenchRow, Spread> value) {
    return new Column(
        name,
        true,
        row -> {
          Spread ratio = value.apply(row);
          return ratio == null
              ? ""
              : String.format(
                  Locale.ROOT, "%.2f x (%.2f..%.2f)", ratio.median(), ratio.min(), ratio.max());
        });
  }

  private record Column(String name, boolean right, Function<BenchRow, String> cell) {
    String padded(String text, int width) {
      String space = " ".repeat(width - text.length());
      return "| " + (right ? space + text : text + space) + " ";
    }
  }
}
