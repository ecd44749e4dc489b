package org.ldctbench.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Finds the data folder: the given one, else the environment's. */
public final class DataFolder {
  public static final String VARIABLE = "LDCTBENCH_DATAFOLDER";

  private DataFolder() {}

  /**
   * Resolves the folder; the environment never overrides a given value.
   *
   * @param given may be null or empty
   * @throws UserException with code DATA if there is none, or if it is not a folder
   */
  public static Path resolve(String given, Map<String, String> environment, Consumer<String> log) {
    String folder = given;
    if (folder == null || folder.isEmpty()) {
      folder = environment.get(VARIABLE);
      if (folder == null || folder.isEmpty()) {
        throw new UserException(
            ExitCode.DATA,
            "no data folder: give --datafolder DIR, set 'datafolder' in the configuration file, or"
                + " set LDCTBENCH_DATAFOLDER ('simulated' makes a small one)");
      }
      log.accept("Using the data folder of " + VARIABLE + ": " + folder);
    }
    Path path = Path.of(folder);
    if (!Files.isDirectory(path)) {
      throw new UserException(ExitCode.DATA, "data folder " + path + " does not exist");
    }
    return path;
  }
}
