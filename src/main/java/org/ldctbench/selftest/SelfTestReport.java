package org.ldctbench.selftest;

import java.util.List;
import java.util.Locale;

/** The rows of a self-test as one Markdown table. */
public final class SelfTestReport {
  private SelfTestReport() {}

  public static String markdown(List<Row> rows) {
    StringBuilder text = new StringBuilder();
    text.append(line("check", "result", "figure", "limit", "what the figure is, or why none"));
    String rule = "-".repeat(6);
    text.append(line(rule, rule, rule + ":", rule + ":", rule));
    double seconds = 0;
    for (Row row : rows) {
      String note = row.note().replace('\n', ' ').replace('|', '/');
      text.append(
          line(row.check(), row.result().name(), number(row.figure()), number(row.limit()), note));
      seconds += row.seconds();
    }
    text.append(String.format("%n%s in %.0f s%n", counts(rows), seconds));
    return text.toString();
  }

  /** Such as {@code 12 passed, 0 failed, 3 skipped}. */
  public static String counts(List<Row> rows) {
    return String.format(
        Locale.ROOT,
        "%d passed, %d failed, %d skipped",
        count(rows, Row.Result.PASSED),
        count(rows, Row.Result.FAILED),
        count(rows, Row.Result.SKIPPED));
  }

  public static boolean failed(List<Row> rows) {
    return count(rows, Row.Result.FAILED) > 0;
  }

  private static long count(List<Row> rows, Row.Result result) {
    return rows.stream().filter(row -> row.result() == result).count();
  }

  private static String number(Double value) {
    if (value == null) {
      return "";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e6;
    return String.format(Locale.ROOT, whole ? "%.0f" : "%.1e", value);
  }

  private static String line(
      String check, String result, String figure, String limit, String note) {
    return String.format(
        Locale.ROOT, "| %-50s | %-7s | %8s | %8s | %s |%n", check, result, figure, limit, note);
  }
}
