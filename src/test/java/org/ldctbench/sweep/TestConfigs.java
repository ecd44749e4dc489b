package org.ldctbench.sweep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ldctbench.config.YamlFile;

/** Sweep configurations from text. */
final class TestConfigs {
  private TestConfigs() {}

  static SweepConfig.Verdict check(String yaml) {
    try {
      Path file = Files.createTempFile("sweep", ".yaml");
      try {
        Files.writeString(file, yaml);
        return SweepConfig.check(YamlFile.read(file));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static SweepConfig config(String yaml) {
    SweepConfig.Verdict verdict = check(yaml);
    return verdict.config().orElseThrow(() -> new AssertionError(verdict.errors()));
  }

  /** A single parameter, such as {@code {min: 0.0, max: 1.0}}. */
  static Distribution distribution(String parameter) {
    return config("method: random\nparameters: {p: " + parameter + "}\n")
        .space()
        .all()
        .get(0)
        .distribution();
  }
}
