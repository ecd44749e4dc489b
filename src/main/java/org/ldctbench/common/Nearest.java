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

  /** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int substitution = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        cost[i][j] = Math.min(substitution, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        if (swapped) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
