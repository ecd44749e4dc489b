package org.ldctbench.simulate;

import java.util.Arrays;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;
import org.apache.commons.math3.util.FastMath;

/**
 * Parallel-beam projection and filtered back-projection of square images over 180 degrees.
 *
 * <p>Lengths are in pixels: an image holds attenuation per pixel width, a sinogram the line
 * integrals of it. Row-major float arrays; an image has {@code size * size} elements, a sinogram
 * {@code views * bins}, its bins one pixel apart and centred on the image. Immutable and
 * thread-safe.
 */
final class ParallelBeam {
  /** Interpolated points per pixel or bin; positions are off by at most half of one. */
  private static final int FINE = 8;

  /** 1 in fixed point: 20 bits after the point leave 11 before it. */
  private static final int ONE = 1 << 20;

  private static final int FINE_SHIFT = 17;

  /** Keeps rounded positions inside the image, in bins. */
  private static final double MARGIN = 0.01;

  private final int size;
  private final int views;
  private final int bins;
  private final double[] cosine;
  private final double[] sine;
  private final double[] filter;

  ParallelBeam(int size, int views) {
    this.size = size;
    this.views = views;
    this.bins = (int) Math.ceil(size * Math.sqrt(2)) + 3;
    this.cosine = new double[views];
    this.sine = new double[views];
    for (int v = 0; v < views; v++) {
      double angle = Math.PI * (v + 0.5) / views;
      cosine[v] = FastMath.cos(angle);
      sine[v] = FastMath.sin(angle);
    }
    this.filter = rampFilter(Integer.highestOneBit(2 * bins - 1) << 1);
  }

  int views() {
    return views;
  }

  int bins() {
    return bins;
  }

  /** Line integrals by Joseph's method (IEEE Trans. Med. Imaging 1, 192, 1982). */
  float[] project(float[] image) {
    float[] sinogram = new float[views * bins];
    projectAlong(image, cosine, sine, sinogram);
    projectAlong(transpose(image), sine, cosine, sinogram);
    return sinogram;
  }

  /** The views whose rays cross every row of {@code image} once. */
  private void projectAlong(float[] image, double[] major, double[] minor, float[] sinogram) {
    double centre = (size - 1) / 2.0;
    float[] fine = new float[(size - 1) * FINE + 1];
    for (int row = 0; row < size; row++) {
      refine(image, row * size, size, fine);
      for (int v = 0; v < views; v++) {
        if (crossesRows(v) == (major == cosine)) {
          double step = 1 / major[v];
          double first = ((1 - bins) / 2.0 - (row - centre) * minor[v]) * step + centre;
          double enter = -first / step;
          double leave = (size - 1 - first) / step;
          int from = Math.max(0, (int) Math.ceil(Math.min(enter, leave) + MARGIN));
          int to = Math.min(bins - 1, (int) Math.floor(Math.max(enter, leave) - MARGIN));
          gather(fine, first + from * step, step, sinogram, v * bins + from, v * bins + to + 1);
        }
      }
    }
    for (int v = 0; v < views; v++) {
      if (crossesRows(v) == (major == cosine)) {
        float length = (float) Math.abs(1 / major[v]);
        for (int i = v * bins; i < (v + 1) * bins; i++) {
          sinogram[i] *= length;
        }
      }
    }
  }

  private boolean crossesRows(int view) {
    return Math.abs(cosine[view]) >= Math.abs(sine[view]);
  }

  /** Ramp filter with a Hann window, then back-projection with linear interpolation. */
  float[] reconstruct(float[] sinogram) {
    return backProject(filter(sinogram));
  }

  private float[] filter(float[] sinogram) {
    float[] filtered = new float[sinogram.length];
    double[][] signal = new double[2][filter.length];
    // The filter is real and symmetric, so two views can share one complex transform.
    for (int v = 0; v < views; v += 2) {
      for (int part = 0; part < 2; part++) {
        Arrays.fill(signal[part], 0);
        for (int bin = 0; bin < bins && v + part < views; bin++) {
          signal[part][bin] = sinogram[(v + part) * bins + bin];
        }
      }
      FastFourierTransformer.transformInPlace(
          signal, DftNormalization.STANDARD, TransformType.FORWARD);
      for (int k = 0; k < filter.length; k++) {
        signal[0][k] *= filter[k];
        signal[1][k] *= filter[k];
      }
      FastFourierTransformer.transformInPlace(
          signal, DftNormalization.STANDARD, TransformType.INVERSE);
      for (int part = 0; part < 2 && v + part < views; part++) {
        for (int bin = 0; bin < bins; bin++) {
          filtered[(v + part) * bins + bin] = (float) signal[part][bin];
        }
      }
    }
    return filtered;
  }

  private float[] backProject(float[] filtered) {
    float[] image = new float[size * size];
    double centre = (size - 1) / 2.0;
    float[] fine = new float[(bins - 1) * FINE + 1];
    for (int v = 0; v < views; v++) {
      refine(filtered, v * bins, bins, fine);
      for (int row = 0; row < size; row++) {
        double first = (row - centre) * sine[v] - centre * cosine[v] + (bins - 1) / 2.0;
        gather(fine, first, cosine[v], image, row * size, (row + 1) * size);
      }
    }
    float scale = (float) (Math.PI / views);
    for (int i = 0; i < image.length; i++) {
      image[i] *= scale;
    }
    return image;
  }

  /** Interpolates {@code count} values linearly at {@link #FINE} times as many points. */
  private static void refine(float[] values, int start, int count, float[] fine) {
    for (int i = 0; i < count - 1; i++) {
      float slope = (values[start + i + 1] - values[start + i]) / FINE;
      for (int k = 0; k < FINE; k++) {
        fine[i * FINE + k] = values[start + i] + k * slope;
      }
    }
    fine[(count - 1) * FINE] = values[start + count - 1];
  }

  /**
   * Adds to {@code sums[from..to)} the values at {@code first}, {@code first + step}, ... (in
   * original points): the next of the refined points, found in fixed point because that is several
   * times as fast as converting from floating point.
   */
  private static void gather(
      float[] fine, double first, double step, float[] sums, int from, int to) {
    int position = (int) Math.round((first + 0.5 / FINE) * ONE);
    int stride = (int) Math.round(step * ONE);
    for (int i = from; i < to; i++) {
      sums[i] += fine[position >> FINE_SHIFT];
      position += stride;
    }
  }

  /**
   * Frequency response of the sampled ramp (Kak and Slaney, Principles of Computerized Tomographic
   * Imaging, section 3.3) times a Hann window that ends at the Nyquist frequency.
   */
  private static double[] rampFilter(int length) {
    double[][] kernel = new double[2][length];
    kernel[0][0] = 0.25;
    for (int n = 1; n < length / 2; n += 2) {
      kernel[0][n] = kernel[0][length - n] = -1 / (Math.PI * Math.PI * n * n);
    }
    FastFourierTransformer.transformInPlace(
        kernel, DftNormalization.STANDARD, TransformType.FORWARD);
    double[] response = kernel[0];
    for (int k = 0; k < length; k++) {
      response[k] *= 0.5 * (1 + FastMath.cos(2 * Math.PI * k / length));
    }
    return response;
  }

  private float[] transpose(float[] image) {
    float[] result = new float[image.length];
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        result[column * size + row] = image[row * size + column];
      }
    }
    return result;
  }
}
