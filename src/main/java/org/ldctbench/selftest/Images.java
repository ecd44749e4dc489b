package org.ldctbench.selftest;

import java.util.Random;

/** A minibatch: normalised images {@code [n][rows][columns]}. */
record Images(float[] input, float[] target, int n, int rows, int columns) {
  /** Waves with noise; the same for the same seed. */
  static Images draw(int n, int rows, int columns, long seed) {
    Random random = new Random(seed);
    float[] input = new float[n * rows * columns];
    float[] target = new float[input.length];
    for (int i = 0; i < input.length; i++) {
      int row = i / columns;
      target[i] = (float) (Math.sin(0.3 * (i % columns)) + Math.cos(0.2 * row));
      input[i] = target[i] + 0.3f * (float) random.nextGaussian();
    }
    return new Images(input, target, n, rows, columns);
  }

  int pixels() {
    return input.length;
  }

  @Override
  public String toString() {
    return n + "x" + rows + "x" + columns;
  }
}
