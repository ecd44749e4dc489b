package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.LongFunction;
import org.apache.commons.math3.complex.Complex;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CtNoiseTest {
  private static final int SIZE = 128;
  private static final double PIXEL = 2;
  private static final int SCANS = 6;
  private static final CtNoise SCANNER = new CtNoise(SIZE, new PhotonStatistics(1e6, 0));

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.25, 0.1})
  void lowDoseNoiseIsFullDoseNoiseOverTheRootOfTheDose(double dose) {
    float[] lineIntegrals = SCANNER.lineIntegrals(waterDisc(55), PIXEL);
    double full = deviation(seed -> SCANNER.fullDose(lineIntegrals, PIXEL, seed), 64, 64);
    double low =
        deviation(
            seed ->
                sum(
                    SCANNER.fullDose(lineIntegrals, PIXEL, seed),
                    SCANNER.added(lineIntegrals, PIXEL, dose, 1000 + seed)),
            64,
            64);
    assertEquals(1 / Math.sqrt(dose), low / full, 0.08 / Math.sqrt(dose));
  }

  @Test
  void electronicNoiseMakesLowDoseWorseThanThat() {
    CtNoise scanner = new CtNoise(SIZE, new PhotonStatistics(1e4, 30));
    float[] lineIntegrals = scanner.lineIntegrals(waterDisc(55), PIXEL);
    double full = deviation(seed -> scanner.fullDose(lineIntegrals, PIXEL, seed), 64, 64);
    double added = deviation(seed -> scanner.added(lineIntegrals, PIXEL, 0.25, seed), 64, 64);
    assertTrue(added > 1.15 * Math.sqrt(3) * full, full + " and " + added);
  }

  /**
   * Without an object the noise of every ray is the same, and its reconstruction has a closed form:
   * the ramp and the Hann window squared, times what linear interpolation leaves on average.
   */
  @Test
  void noiseInAirHasTheLevelThatTheoryGives() {
    float[] air = new float[SIZE * SIZE];
    Arrays.fill(air, -1000);
    float[] lineIntegrals = SCANNER.lineIntegrals(air, PIXEL);
    double filterPower = 0;
    int steps = 10_000;
    for (int i = 0; i < steps; i++) {
      double f = (i + 0.5) / steps - 0.5;
      double filter = Math.abs(f) * 0.5 * (1 + Math.cos(2 * Math.PI * f));
      double interpolation = 2.0 / 3 + Math.cos(2 * Math.PI * f) / 3;
      filterPower += filter * filter * interpolation / steps;
    }
    double perPixel = Math.PI * Math.sqrt(filterPower / SIZE / 1e6);
    double expected = perPixel * 1000 / (0.02 * PIXEL);
    double measured = deviation(seed -> SCANNER.fullDose(lineIntegrals, PIXEL, seed), 64, 64);
    assertEquals(expected, measured, 0.05 * expected);
  }

  /** The power spectrum of filtered back-projection: the ramp once, the Hann window squared. */
  @Test
  void noisePowerFallsToZeroAtZeroFrequency() {
    float[] lineIntegrals = SCANNER.lineIntegrals(waterDisc(60), PIXEL);
    double[] power = new double[25];
    for (long seed = 0; seed < 40; seed++) {
      addSpectrum(SCANNER.added(lineIntegrals, PIXEL, 0.25, seed), power);
    }
    double middle = Arrays.stream(power, 10, 17).average().orElseThrow();
    // What is left at zero is what the window of the region lets in from its neighbours.
    double peak = Arrays.stream(power).max().orElseThrow();
    assertTrue(power[0] < 0.22 * peak, Arrays.toString(power));
    assertTrue(power[1] < 0.4 * peak, Arrays.toString(power));
    double[] model = new double[power.length];
    for (int k = 3; k < power.length; k++) {
      double turn = 2 * Math.PI * k / 64;
      model[k] = k * Math.pow(1 + Math.cos(turn), 2) * (2 + Math.cos(turn));
    }
    double scale = Arrays.stream(model, 10, 17).average().orElseThrow() / middle;
    for (int k = 3; k < power.length; k++) {
      assertEquals(model[k], scale * power[k], 0.2 * model[k] + 0.5, "frequency " + k + " / 64");
    }
  }

  @Test
  void thereIsMoreNoiseBetweenBonesThanBetweenSoftTissue() {
    float[] soft = waterDisc(50);
    float[] bony = soft.clone();
    for (int row = 44; row < 84; row++) {
      for (int side : new int[] {34, 84}) {
        Arrays.fill(bony, row * SIZE + side, row * SIZE + side + 10, 1000);
      }
    }
    assertTrue(addedDeviation(bony, 64, 64) > 1.15 * addedDeviation(soft, 64, 64));
  }

  @Test
  void aLargeBodyIsNoisierThanASmallOneAndItsCentreNoisierThanItsEdge() {
    double large = addedDeviation(waterDisc(58), 64, 64);
    assertTrue(large > 1.5 * addedDeviation(waterDisc(35), 64, 64));
    assertTrue(large > 1.2 * addedDeviation(waterDisc(58), 64, 114));
  }

  @Test
  void theSeedFixesTheNoise() {
    float[] lineIntegrals = SCANNER.lineIntegrals(waterDisc(50), PIXEL);
    float[] first = SCANNER.added(lineIntegrals, PIXEL, 0.25, 1);
    assertArrayEquals(first, SCANNER.added(lineIntegrals, PIXEL, 0.25, 1));
    assertTrue(!Arrays.equals(first, SCANNER.added(lineIntegrals, PIXEL, 0.25, 2)));
  }

  private static float[] sum(float[] a, float[] b) {
    float[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  private static double addedDeviation(float[] hounsfield, int row, int column) {
    float[] lineIntegrals = SCANNER.lineIntegrals(hounsfield, PIXEL);
    return deviation(seed -> SCANNER.added(lineIntegrals, PIXEL, 0.25, seed), row, column);
  }

  /** Root mean square of several noise images in a square of 16 pixels around a point. */
  private static double deviation(LongFunction<float[]> noise, int row, int column) {
    double sum = 0;
    for (long seed = 0; seed < SCANS; seed++) {
      float[] image = noise.apply(seed);
      for (int dy = -8; dy < 8; dy++) {
        for (int dx = -8; dx < 8; dx++) {
          float value = image[(row + dy) * SIZE + Math.min(SIZE - 1, column + dx)];
          sum += value * value;
        }
      }
    }
    return Math.sqrt(sum / (SCANS * 256));
  }

  /** Adds the radial mean of the power spectrum of the central 64 x 64 pixels. */
  private static void addSpectrum(float[] image, double[] power) {
    int n = 64;
    Complex[][] region = new Complex[n][n];
    FastFourierTransformer transform = new FastFourierTransformer(DftNormalization.STANDARD);
    for (int row = 0; row < n; row++) {
      for (int column = 0; column < n; column++) {
        double window =
            Math.sin(Math.PI * (row + 0.5) / n) * Math.sin(Math.PI * (column + 0.5) / n);
        region[row][column] = new Complex(window * window * image[(row + 32) * SIZE + column + 32]);
      }
    }
    for (int row = 0; row < n; row++) {
      region[row] = transform.transform(region[row], TransformType.FORWARD);
    }
    double[] sums = new double[power.length];
    int[] counts = new int[power.length];
    for (int column = 0; column < n; column++) {
      Complex[] line = new Complex[n];
      for (int row = 0; row < n; row++) {
        line[row] = region[row][column];
      }
      line = transform.transform(line, TransformType.FORWARD);
      for (int row = 0; row < n; row++) {
        int radius =
            (int) Math.round(Math.hypot(Math.min(row, n - row), Math.min(column, n - column)));
        if (radius < sums.length) {
          double absolute = line[row].abs();
          sums[radius] += absolute * absolute;
          counts[radius]++;
        }
      }
    }
    for (int k = 0; k < power.length; k++) {
      power[k] += sums[k] / counts[k];
    }
  }

  private static float[] waterDisc(double radius) {
    float[] image = new float[SIZE * SIZE];
    for (int i = 0; i < image.length; i++) {
      double distance = Math.hypot(i % SIZE - 63.5, i / SIZE - 63.5);
      image[i] = distance < radius ? 0 : -1000;
    }
    return image;
  }
}
