package org.ldctbench.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Rows as a Markdown table, with the geometric mean of the ratios to the best peer. */
public final class BenchReport {
  private static final String[] HEADER = {
    "bench",
    "framework",
    "kernel",
    "precision",
    "shape",
    "ms (median)",
    "min..max",
    "Mpixel/s",
    "GFLOP/s",
    "of peak",
    "memory",
    "vs best peer"
  };

  private BenchReport() {}

  public static String markdown(List<BenchRow> rows) {
    List<String[]> cells = new ArrayList<>();
    cells.add(HEADER);
    rows.forEach(row -> cells.add(cells(row)));
    StringBuilder table = new StringBuilder();
    int[] widths = new int[HEADER.length];
    for (String[] line : cells) {
      for (int c = 0; c < widths.length; c++) {
        widths[c] = Math.max(widths[c], line[c].length());
      }
    }
    for (int r = 0; r < cells.size(); r++) {
      for (int c = 0; c < widths.length; c++) {
        String format = c < 5 ? "| %-" + widths[c] + "s " : "| %" + widths[c] + "s ";
        table.append(String.format(Locale.ROOT, format, cells.get(r)[c]));
      }
      table.append("|\n");
      if (r == 0) {
        for (int c = 0; c < widths.length; c++) {
          table.append('|').append("-".repeat(widths[c] + 1)).append(c < 5 ? "-" : ":");
        }
        table.append("|\n");
      }
    }
    if (!rows.isEmpty()) {
      BenchRow row = rows.get(0);
      table.append(
          String.format(
              Locale.ROOT,
              "%n%s, %d threads, commit %s, %s%n",
              row.cpu(),
              row.threads(),
              row.commit(),
              row.date()));
    }
    double[] ratios =
        rows.stream()
            .map(BenchRow::ratioToBestPeer)
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .toArray();
    if (ratios.length > 0) {
      table.append(
          String.format(
              Locale.ROOT,
              "geometric mean of %d ratios to the best peer setting: %.2f%n",
              ratios.length,
              geometricMean(ratios)));
    }
    return table.toString();
  }

  static double geometricMean(double[] ratios) {
    double sum = 0;
    for (double ratio : ratios) {
      sum += Math.log(ratio);
    }
    return Math.exp(sum / ratios.length);
  }

  private static String[] cells(BenchRow row) {
    return new String[] {
      row.bench(),
      row.framework(),
      row.kernel(),
      row.precision(),
      row.mbs() + "x" + row.patch(),
      number("%.3f", row.ms().median()),
      number("%.3f", row.ms().min()) + ".." + number("%.3f", row.ms().max()),
      number("%.2f", row.megapixelsPerSecond()),
      row.gflops() == null ? "" : number("%.0f", row.gflops()),
      row.peakShare() == null ? "" : number("%.0f %%", 100 * row.peakShare()),
      row.memoryBytes() == null ? "" : number("%.1f MiB", row.memoryBytes() / 1048576.0),
      row.ratioToBestPeer() == null ? "" : number("%.2f x", row.ratioToBestPeer())
    };
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
