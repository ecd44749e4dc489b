package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.ldctbench.common.Nearest;
import org.ldctbench.config.YamlFile;

/** Warnings and errors of one file, each with its line. */
final class Problems {
  final List<String> warnings = new ArrayList<>();
  final List<String> errors = new ArrayList<>();
  private final YamlFile file;

  Problems(YamlFile file) {
    this.file = file;
  }

  /**
   * Warns of keys that are not known, with the nearest known one, or all where none is near.
   *
   * @param prefix of the keys in the file, such as {@code metric.}
   */
  void warnUnknown(String prefix, Collection<?> keys, Set<String> known) {
    for (Object given : keys) {
      String key = String.valueOf(given);
      if (!known.contains(key)) {
        String remedy =
            Nearest.of(key, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElseGet(() -> "known keys are " + String.join(", ", new TreeSet<>(known)));
        warn(prefix + key, "unknown key '" + key + "' is ignored; " + remedy);
      }
    }
  }

  void warn(String key, String message) {
    warnings.add(file.where(key) + ": " + message);
  }

  void error(String key, String message) {
    errors.add(file.where(key) + ": " + message);
  }
}
