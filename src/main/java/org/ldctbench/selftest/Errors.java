package org.ldctbench.selftest;

import java.util.Arrays;

/** Norms of differences. NaN wherever something is not a number, so that no limit holds. */
final class Errors {
  private Errors() {}

  /** Euclidean norm of the difference over that of the expected values, of elements in a range. */
  static double relative(float[] actual, double[] expected, int begin, int end) {
    double error = 0;
    double norm = 0;
    for (int i = begin; i < end; i++) {
      error += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    return norm == 0 ? Math.sqrt(error) : Math.sqrt(error / norm);
  }

  /** The largest {@link #relative} error of any of the six tensors. */
  static double worstTensor(float[] actual, double[] expected) {
    double worst = 0;
    for (int t = 0; t + 1 < Reference.TENSORS.length; t++) {
      worst =
          Math.max(
              worst, relative(actual, expected, Reference.TENSORS[t], Reference.TENSORS[t + 1]));
    }
    return worst;
  }

  /** Largest difference, of values of size 1. */
  static double largest(float[] actual, double[] expected) {
    double size = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(1));
    double worst = 0;
    for (int i = 0; i < actual.length; i++) {
      worst = Math.max(worst, Math.abs(actual[i] - expected[i]) / size);
    }
    return worst;
  }

  /** How many elements differ in any bit. */
  static double differentBits(float[] a, float[] b) {
    int different = 0;
    for (int i = 0; i < a.length; i++) {
      if (Float.floatToRawIntBits(a[i]) != Float.floatToRawIntBits(b[i])) {
        different++;
      }
    }
    return different;
  }
}
