package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.List;
import org.ldctbench.config.YamlFile;

/** Warnings and errors of one file, each with its line. */
final class Problems {
  final List<String> warnings = new ArrayList<>();
  final List<String> errors = new ArrayList<>();
  private final YamlFile file;

  Problems(YamlFile file) {
    this.file = file;
  }

  void warn(String key, String message) {
    warnings.add(file.where(key) + ": " + message);
  }

  void error(String key, String message) {
    errors.add(file.where(key) + ": " + message);
  }
}
