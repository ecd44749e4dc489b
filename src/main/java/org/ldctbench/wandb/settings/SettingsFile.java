package org.ldctbench.wandb.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** A W&B settings file: {@code key = value} lines in a section {@code [default]}. */
final class SettingsFile {
  private SettingsFile() {}

  /** The settings of the file, none if it does not exist. */
  static Map<String, String> read(Path file) {
    Map<String, String> values = new HashMap<>();
    boolean inDefault = false;
    try {
      for (String raw : Files.readAllLines(file)) {
        String line = raw.strip();
        int separator = separator(line);
        if (line.startsWith("[")) {
          inDefault = line.equals("[default]");
        } else if (inDefault && !line.startsWith("#") && !line.startsWith(";") && separator > 0) {
          values.put(line.substring(0, separator).strip(), line.substring(separator + 1).strip());
        }
      }
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (IOException e) {
      throw new UserException(
          ExitCode.CONFIG, file + ": cannot be read (" + e.getMessage() + ")", e);
    }
    return values;
  }

  private static int separator(String line) {
    int equals = line.indexOf('=');
    int colon = line.indexOf(':');
    return equals < 0 || (colon >= 0 && colon < equals) ? colon : equals;
  }
}
