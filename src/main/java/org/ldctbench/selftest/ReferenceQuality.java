package org.ldctbench.selftest;

import org.ldctbench.engine.Engine;

/** SSIM and mean squared error of one image pair in float64, written from their definitions. */
final class ReferenceQuality {
  private static final int WINDOW = 7;
  private static final double PIXELS = WINDOW * WINDOW;

  private ReferenceQuality() {}

  /** The image after clipping, in float32 as the engines hold it. */
  static double[] clipped(float[] image, int from, int count, Engine.Clip clip) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = Math.min(Math.max(image[from + i], clip.low()), clip.high());
    }
    return values;
  }

  static double ssim(double[] a, double[] b, int rows, int columns, double range) {
    double c1 = Math.pow(0.01 * range, 2);
    double c2 = Math.pow(0.03 * range, 2);
    double total = 0;
    for (int r = 0; r + WINDOW <= rows; r++) {
      for (int c = 0; c + WINDOW <= columns; c++) {
        double meanA = 0;
        double meanB = 0;
        for (int i = 0; i < PIXELS; i++) {
          int at = (r + i / WINDOW) * columns + c + i % WINDOW;
          meanA += a[at] / PIXELS;
          meanB += b[at] / PIXELS;
        }
        double spread = 0;
        double shared = 0;
        for (int i = 0; i < PIXELS; i++) {
          int at = (r + i / WINDOW) * columns + c + i % WINDOW;
          double offA = a[at] - meanA;
          double offB = b[at] - meanB;
          spread += (offA * offA + offB * offB) / (PIXELS - 1);
          shared += offA * offB / (PIXELS - 1);
        }
        total +=
            (2 * meanA * meanB + c1)
                * (2 * shared + c2)
                / ((meanA * meanA + meanB * meanB + c1) * (spread + c2));
      }
    }
    return total / ((rows - WINDOW + 1.0) * (columns - WINDOW + 1.0));
  }

  static double meanSquaredError(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum / a.length;
  }
}
