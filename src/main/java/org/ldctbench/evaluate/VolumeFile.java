package org.ldctbench.evaluate;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Appends slices to a headerless volume: little-endian float32 in HU, slice by slice. */
final class VolumeFile {
  private final OutputStream out;

  VolumeFile(OutputStream out) {
    this.out = out;
  }

  /** {@code <name>_<rows>x<columns>x<slices>.raw}, as the original names its volumes. */
  static String name(String method, int rows, int columns, int slices) {
    return method + "_" + rows + "x" + columns + "x" + slices + ".raw";
  }

  void append(SliceStack slices) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(slices.stored().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : slices.stored()) {
      bytes.putFloat(value - 1024f);
    }
    out.write(bytes.array());
  }
}
