package org.ldctbench.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * Where an engine finds the pixels of a data set: one file, mapped read-only, that holds
 * little-endian 16-bit images in row-major order.
 */
public record SliceTable(Path file, List<Slice> slices) {
  public SliceTable {
    slices = List.copyOf(slices);
  }

  /**
   * A low-dose slice and its high-dose partner of the same size.
   *
   * @param lowOffset byte offset in the file, even
   * @param highOffset byte offset in the file, even
   */
  public record Slice(long lowOffset, long highOffset, int rows, int columns, boolean signed) {}
}
