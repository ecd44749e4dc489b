package org.ldctbench.simulate;

import java.util.Arrays;

/** One axial slice being drawn: later solids cover earlier ones, edges are anti-aliased. */
final class Canvas {
  static final float AIR = -1000;

  /** Width of the point spread of a reconstruction, as a Gaussian, in pixels. */
  private static final double POINT_SPREAD = 0.55;

  private final int size;
  private final double millimetres;
  private final double z;
  private final SmoothNoise noise;
  private final float[] hounsfield;

  /**
   * @param size pixels in both directions
   * @param millimetres width of a pixel
   */
  Canvas(int size, double millimetres, double z, SmoothNoise noise) {
    this.size = size;
    this.millimetres = millimetres;
    this.z = z;
    this.noise = noise;
    this.hounsfield = new float[size * size];
    Arrays.fill(hounsfield, AIR);
  }

  void paint(Solid solid, Tissue tissue) {
    Solid.Extent box = solid.extent().grow(millimetres);
    int left = pixel(box.left());
    int right = pixel(box.right());
    int bottom = pixel(box.bottom());
    for (int row = pixel(box.top()); row <= bottom; row++) {
      double y = position(row);
      for (int column = left; column <= right; column++) {
        double x = position(column);
        double cover = 0.5 - solid.distance(x, y, z) / millimetres;
        if (cover > 0) {
          int i = row * size + column;
          double value = tissue.at(x, y, z, noise);
          hounsfield[i] += (float) (Math.min(1, cover) * (value - hounsfield[i]));
        }
      }
    }
  }

  double height() {
    return z;
  }

  /** Paints a tube that may not meet this slice at all. */
  void paint(Solid.Capsule tube, Tissue tissue) {
    if (tube.meets(z, millimetres)) {
      paint((Solid) tube, tissue);
    }
  }

  /** The slice in HU, blurred by the point spread. */
  float[] finish() {
    double[] kernel = new double[5];
    double sum = 0;
    for (int k = -2; k <= 2; k++) {
      kernel[k + 2] = Math.exp(-k * k / (2 * POINT_SPREAD * POINT_SPREAD));
      sum += kernel[k + 2];
    }
    for (int k = 0; k < kernel.length; k++) {
      kernel[k] /= sum;
    }
    return blur(blur(hounsfield, kernel, 1), kernel, size);
  }

  private float[] blur(float[] image, double[] kernel, int stride) {
    float[] result = new float[image.length];
    for (int i = 0; i < image.length; i++) {
      int along = i / stride % size;
      double value = 0;
      for (int k = -2; k <= 2; k++) {
        int inside = Math.min(size - 1, Math.max(0, along + k));
        value += kernel[k + 2] * image[i + (inside - along) * stride];
      }
      result[i] = (float) value;
    }
    return result;
  }

  private double position(int pixel) {
    return (pixel - (size - 1) / 2.0) * millimetres;
  }

  private int pixel(double position) {
    long pixel = Math.round(position / millimetres + (size - 1) / 2.0);
    return (int) Math.min(size - 1, Math.max(0, pixel));
  }
}
