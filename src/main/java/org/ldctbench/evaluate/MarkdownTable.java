package org.ldctbench.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A GitHub table whose first column is text and whose others are numbers on a common dot. */
public final class MarkdownTable {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  public MarkdownTable(List<String> header) {
    this.header = List.copyOf(header);
  }

  /** One number for each column after the first. */
  public void row(String name, double[] numbers) {
    if (numbers.length != header.size() - 1) {
      throw new IllegalArgumentException(numbers.length + " numbers for " + header);
    }
    List<String> row = new ArrayList<>();
    row.add(name);
    for (double number : numbers) {
      row.add(cell(number));
    }
    rows.add(row);
  }

  @Override
  public String toString() {
    List<List<String>> cells = new ArrayList<>();
    rows.forEach(row -> cells.add(new ArrayList<>(row)));
    for (int column = 1; column < header.size(); column++) {
      alignOnDot(cells, column);
    }
    int[] widths = new int[header.size()];
    StringBuilder rule = new StringBuilder("|");
    for (int column = 0; column < widths.length; column++) {
      int index = column;
      // Headers of number columns keep a blank on either side, as in the original's tables.
      widths[column] =
          Math.max(
              header.get(column).length() + (column > 0 ? 2 : 0),
              cells.stream().mapToInt(row -> row.get(index).length()).max().orElse(0));
      rule.append("-".repeat(widths[column] + 2)).append('|');
    }
    StringBuilder table = new StringBuilder();
    line(table, header, widths);
    table.append(rule).append('\n');
    cells.forEach(row -> line(table, row, widths));
    return table.toString();
  }

  private static void alignOnDot(List<List<String>> rows, int column) {
    int decimals = 0;
    for (List<String> row : rows) {
      String text = row.get(column);
      decimals = Math.max(decimals, text.indexOf('.') < 0 ? 0 : text.length() - text.indexOf('.'));
    }
    for (List<String> row : rows) {
      String text = row.get(column);
      int own = text.indexOf('.') < 0 ? 0 : text.length() - text.indexOf('.');
      row.set(column, text + " ".repeat(decimals - own));
    }
  }

  private static void line(StringBuilder table, List<String> cells, int[] widths) {
    table.append('|');
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      table.append(' ').append(column == 0 ? cell + padding : padding + cell).append(" |");
    }
    table.append('\n');
  }

  /** Three decimals at most, without trailing zeros. */
  private static String cell(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    String text = String.format(Locale.ROOT, "%.3f", number);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
