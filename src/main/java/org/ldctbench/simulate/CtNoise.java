package org.ldctbench.simulate;

import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.random.MersenneTwister;
import org.apache.commons.math3.random.RandomGenerator;

/**
 * Noise images of a CT scan: the object is projected, each line integral gets Gaussian noise of the
 * variance that its photons would have, and the noise alone is reconstructed. Thread-safe.
 */
final class CtNoise {
  /** Attenuation of water per millimetre at the effective energy of a 120 kV spectrum. */
  static final double WATER = 0.02;

  private static final double VIEWS_PER_PIXEL = 1;

  private final ParallelBeam beam;
  private final PhotonStatistics statistics;

  CtNoise(int size, PhotonStatistics statistics) {
    this.beam = new ParallelBeam(size, (int) Math.ceil(size * VIEWS_PER_PIXEL));
    this.statistics = statistics;
  }

  /** Line integrals of a slice given in HU; anything below air counts as air. */
  float[] lineIntegrals(float[] hounsfield, double millimetresPerPixel) {
    float[] attenuation = new float[hounsfield.length];
    for (int i = 0; i < attenuation.length; i++) {
      attenuation[i] =
          (float) (Math.max(0, 1 + hounsfield[i] / 1000) * WATER * millimetresPerPixel);
    }
    return beam.project(attenuation);
  }

  /** The noise of a full-dose scan of the object with these line integrals, in HU. */
  float[] fullDose(float[] lineIntegrals, double millimetresPerPixel, long seed) {
    return noise(lineIntegrals, millimetresPerPixel, seed, p -> statistics.logVariance(p, 1));
  }

  /**
   * What a scan at a fraction {@code dose} of the full dose adds to the full-dose slice, in HU;
   * zero at full dose.
   */
  float[] added(float[] lineIntegrals, double millimetresPerPixel, double dose, long seed) {
    return noise(lineIntegrals, millimetresPerPixel, seed, p -> statistics.addedVariance(p, dose));
  }

  private float[] noise(
      float[] lineIntegrals, double millimetresPerPixel, long seed, DoubleUnaryOperator variance) {
    RandomGenerator random = new MersenneTwister(seed);
    float[] sinogram = new float[lineIntegrals.length];
    for (int i = 0; i < sinogram.length; i++) {
      sinogram[i] =
          (float) (random.nextGaussian() * Math.sqrt(variance.applyAsDouble(lineIntegrals[i])));
    }
    float[] image = beam.reconstruct(sinogram);
    float hounsfield = (float) (1000 / (WATER * millimetresPerPixel));
    for (int i = 0; i < image.length; i++) {
      image[i] *= hounsfield;
    }
    return image;
  }
}
