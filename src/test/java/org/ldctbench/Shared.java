package org.ldctbench;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference material that may lie beside the project. */
public final class Shared {
  private static final Path ROOT = Path.of("..", "shared");

  private Shared() {}

  public static boolean isThere() {
    return Files.isDirectory(ROOT.resolve("fixtures"));
  }

  public static Path fixture(String name) {
    return ROOT.resolve("fixtures").resolve(name);
  }
}
