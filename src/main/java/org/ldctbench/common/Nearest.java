package org.ldctbench.common;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what a mistyped name was meant to be. */
public final class Nearest {
  private Nearest() {}

  /** The known name with the smallest edit distance, if it is close enough to be meant. */
  public static Optional<String> of(String name, Collection<String> known) {
    String wanted = fold(name);
    int limit = Math.max(1, wanted.length() / 3);
    return known.stream()
        .filter(candidate -> distance(wanted, fold(candidate)) <= limit)
        .min(Comparator.comparingInt(candidate -> distance(wanted, fold(candidate))));
  }

  /** {@code "; did you mean 'x'?"} or nothing. */
  public static String hint(String name, Collection<String> known) {
    return of(name, known).map(candidate -> "; did you mean '" + candidate + "'?").orElse("");
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(substitution, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
