package org.ldctbench.binding;

import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.EngineException.Cause;

/** Checks on arguments before they cross into native code, which cannot see array lengths. */
final class Require {
  private Require() {}

  /** Length of {@code [n][rows][columns]}. */
  static int images(int n, int rows, int columns) {
    if (n < 1 || rows < 1 || columns < 1) {
      throw new EngineException(
          Cause.INVALID_ARGUMENT, "number, rows and columns of images must be positive");
    }
    long length = (long) n * rows;
    if (length > Integer.MAX_VALUE || length * columns > Integer.MAX_VALUE) {
      throw new EngineException(Cause.INVALID_ARGUMENT, "the images do not fit into one array");
    }
    return Math.toIntExact(length * columns);
  }

  static void length(String name, int actual, int expected) {
    if (actual != expected) {
      throw new EngineException(
          Cause.INVALID_ARGUMENT, name + " has " + actual + " elements, not " + expected);
    }
  }
}
