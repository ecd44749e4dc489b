package org.ldctbench.sweep.gp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.analysis.integration.IterativeLegendreGaussIntegrator;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.random.Well19937c;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianProcessTest {
  private static final boolean[] MIXED = {false, true, false};
  private static final Hyperparameters HYPER =
      new Hyperparameters(new double[] {-0.4, 0.3, 0.1}, 0.2, -4, -1);

  private static double[][] points(Random random, int n) {
    double[][] x = new double[n][];
    Arrays.setAll(x, i -> point(random));
    return x;
  }

  private static double[] point(Random random) {
    return new double[] {random.nextDouble(), random.nextInt(3), random.nextDouble()};
  }

  private static double[] values(double[][] x) {
    return Arrays.stream(x)
        .mapToDouble(p -> Math.sin(5 * p[0]) + 0.5 * p[1] - p[2] * p[2])
        .toArray();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theGradientOfThePosteriorMatchesFiniteDifferences(long seed) {
    Random random = new Random(seed);
    double[][] x = points(random, 12);
    NegativeLogPosterior objective =
        new NegativeLogPosterior(MIXED, x, values(x), new HyperPrior(3));
    double[] theta = new HyperPrior(3).draw(new Well19937c(seed));
    theta[4] = Math.max(theta[4], -7);
    double[] gradient = new double[theta.length];
    objective.evaluate(theta, gradient);
    for (int j = 0; j < theta.length; j++) {
      double step = 1e-5;
      double[] up = theta.clone();
      double[] down = theta.clone();
      up[j] += step;
      down[j] -= step;
      double[] unused = new double[theta.length];
      double slope =
          (objective.evaluate(up, unused) - objective.evaluate(down, unused)) / (2 * step);
      assertEquals(slope, gradient[j], 1e-4 * (1 + Math.abs(slope)), "theta " + j);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theGradientOfTheAcquisitionMatchesFiniteDifferences(long seed) {
    Random random = new Random(seed);
    double[][] x = points(random, 15);
    double[] y = values(x);
    double[] other = Arrays.stream(y).map(v -> v * 0.7 - 0.2).toArray();
    GaussianProcess two = new GaussianProcess(MIXED, HYPER, x, new double[][] {y, other});
    Acquisition acquisition = new Acquisition(two, x, 3);
    for (int trial = 0; trial < 20; trial++) {
      double[] at = point(random);
      double[] gradient = new double[3];
      assertEquals(acquisition.value(at), acquisition.value(at, gradient), 1e-9);
      for (int j : new int[] {0, 2}) {
        double step = 1e-6;
        double[] up = at.clone();
        double[] down = at.clone();
        up[j] += step;
        down[j] -= step;
        double slope = (acquisition.value(up) - acquisition.value(down)) / (2 * step);
        assertEquals(slope, gradient[j], 1e-3 * (1 + Math.abs(slope)), "axis " + j);
      }
    }
  }

  /** Mean and variance by plain matrix inversion of another library. */
  @Test
  void predictionsEqualTheTextbookFormula() {
    Random random = new Random(4);
    double[][] x = points(random, 10);
    double[] y = values(x);
    GaussianProcess model = new GaussianProcess(MIXED, HYPER, x, new double[][] {y});
    Kernel kernel = new Kernel(MIXED, HYPER);
    RealMatrix k = new Array2DRowRealMatrix(10, 10);
    for (int i = 0; i < 10; i++) {
      for (int j = 0; j < 10; j++) {
        k.setEntry(i, j, matern(x[i], x[j]) + (i == j ? Math.exp(-4) : 0));
      }
    }
    RealMatrix inverse = new LUDecomposition(k).getSolver().getInverse();
    for (int trial = 0; trial < 10; trial++) {
      double[] at = point(random);
      double[] cross = new double[10];
      Arrays.setAll(cross, i -> matern(at, x[i]));
      double[] weights = inverse.operate(cross);
      double mean = 0;
      double explained = 0;
      for (int i = 0; i < 10; i++) {
        mean += weights[i] * y[i];
        explained += weights[i] * cross[i];
      }
      double[] means = new double[1];
      double variance = model.predict(at, means);
      assertEquals(mean, means[0], 1e-7);
      assertEquals(kernel.variance() - explained, variance, 1e-7);
    }
  }

  /** Against mean and variance of the model itself. */
  @Test
  void fantasiesHaveTheModelsMeanAndTheWantedSpread() {
    Random random = new Random(5);
    double[][] x = points(random, 8);
    GaussianProcess model = new GaussianProcess(MIXED, HYPER, x, new double[][] {values(x)});
    double[][] at = {point(random), point(random)};
    double[][] draws = model.fantasies(at, 5000, 0.5, new Well19937c(6));
    assertEquals(10_000, draws.length);
    for (int i = 0; i < at.length; i++) {
      int own = i;
      double[] mean = new double[1];
      double variance = model.predict(at[i], mean);
      double[] drawn = Arrays.stream(draws).mapToDouble(draw -> draw[own]).toArray();
      assertEquals(mean[0], Arrays.stream(drawn).average().orElseThrow(), 1e-9);
      double spread = Arrays.stream(drawn).map(v -> (v - mean[0]) * (v - mean[0])).sum() / 10_000;
      assertEquals(0.25 * variance, spread, 0.25 * variance * 0.1);
    }
  }

  private static double matern(double[] a, double[] b) {
    double r2 =
        Math.pow((a[0] - b[0]) / Math.exp(-0.4), 2)
            + (a[1] == b[1] ? 0 : 1) / Math.exp(0.6)
            + Math.pow((a[2] - b[2]) / Math.exp(0.1), 2);
    double t = Math.sqrt(5 * r2);
    return Math.exp(-1) + Math.exp(0.2) * (1 + t + t * t / 3) * Math.exp(-t);
  }

  @Test
  void aFittedModelPredictsAKnownFunction() {
    Random random = new Random(8);
    boolean[] real = {false, false};
    double[][] x = new double[40][];
    Arrays.setAll(x, i -> new double[] {random.nextDouble(), random.nextDouble()});
    double[] y = Arrays.stream(x).mapToDouble(p -> Math.sin(6 * p[0])).toArray();
    HyperPrior prior = new HyperPrior(2);
    Hyperparameters fitted =
        HyperPosterior.mode(
            new NegativeLogPosterior(real, x, y, prior), prior, 4, new Well19937c(1));
    assertTrue(
        fitted.logLengths()[1] > fitted.logLengths()[0] + 0.7, "the idle axis is seen as idle");
    GaussianProcess model = new GaussianProcess(real, fitted, x, new double[][] {y});
    double[] mean = new double[1];
    for (double u = 0.1; u < 0.9; u += 0.1) {
      model.predict(new double[] {u, 0.5}, mean);
      assertEquals(Math.sin(6 * u), mean[0], 0.02);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-5, -2, -1.0000001, -0.9999999, -0.3, 0, 1, 4})
  void logImprovementEqualsTheIntegral(double z) {
    double integral =
        new IterativeLegendreGaussIntegrator(40, 1e-12, 1e-14)
            .integrate(
                1_000_000,
                t -> t * Math.exp(-0.5 * (z - t) * (z - t)) / Math.sqrt(2 * Math.PI),
                0,
                Math.max(0, z) + 9);
    assertEquals(Math.log(integral), LogExpectedImprovement.logH(z), 1e-8);
  }

  @Test
  void logImprovementIsFiniteFarAwayAndItsSlopeMatches() {
    assertEquals(
        -0.5e8 - 0.5 * Math.log(2 * Math.PI) - 4 * Math.log(10) * 2,
        LogExpectedImprovement.logH(-1e4),
        1e-3);
    for (double z : new double[] {-300, -20, -1.5, -1.00001, -0.5, 2}) {
      double step = 1e-6 * Math.max(1, Math.abs(z));
      double slope =
          (LogExpectedImprovement.logH(z + step) - LogExpectedImprovement.logH(z - step))
              / (2 * step);
      assertEquals(slope, LogExpectedImprovement.slope(z), 1e-5 * (1 + Math.abs(slope)), "z " + z);
    }
  }

  /** Without an unknown mean, predictions far from the data would fall back to zero. */
  @Test
  void farFromTheDataTheModelFallsBackToTheirMean() {
    double[][] x = new double[12][];
    Arrays.setAll(x, i -> new double[] {i / 100.0});
    double[] y = new double[12];
    Arrays.setAll(y, i -> 3 + 0.01 * Math.sin(40 * i));
    Hyperparameters hyper = new Hyperparameters(new double[] {-3}, -2, -6, 2);
    double[] mean = new double[1];
    new GaussianProcess(new boolean[1], hyper, x, new double[][] {y})
        .predict(new double[] {1}, mean);
    assertEquals(3, mean[0], 0.1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 30})
  void theInverseTimesTheMatrixIsTheIdentity(int n) {
    Random random = new Random(n);
    double[][] full = new double[n][n];
    double[][] lower = new double[n][];
    for (int i = 0; i < n; i++) {
      lower[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        double value = Math.exp(-Math.abs(i - j)) + (i == j ? 0.5 + random.nextDouble() : 0);
        full[i][j] = value;
        full[j][i] = value;
        lower[i][j] = value;
      }
    }
    Cholesky.of(lower).invert(new double[n][n]);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
          sum += full[i][k] * lower[Math.max(k, j)][Math.min(k, j)];
        }
        assertEquals(i == j ? 1 : 0, sum, 1e-10);
      }
    }
  }

  @Test
  void theMinimiserEndsAtTheBoundThatHoldsItBack() {
    Lbfgs.Minimum found =
        Lbfgs.minimise(
            (x, g) -> {
              g[0] = 2 * (x[0] - 2) + x[1];
              g[1] = 20 * (x[1] - 0.3) + x[0];
              return (x[0] - 2) * (x[0] - 2) + 10 * (x[1] - 0.3) * (x[1] - 0.3) + x[0] * x[1];
            },
            new double[] {0.1, 0.9},
            new double[2],
            new double[] {1, 1},
            100,
            1e-9);
    assertEquals(1, found.x()[0], 1e-9);
    assertEquals(0.25, found.x()[1], 1e-5);
  }

  @Test
  void scrambledSobolPointsFillEveryStripOnce() {
    ScrambledSobol sobol = new ScrambledSobol(3, new Well19937c(2));
    int[][] counts = new int[3][16];
    for (int i = 0; i < 16; i++) {
      double[] point = sobol.next();
      for (int j = 0; j < 3; j++) {
        counts[j][(int) (point[j] * 16)]++;
      }
    }
    for (int[] axis : counts) {
      assertTrue(Arrays.stream(axis).allMatch(count -> count == 1), Arrays.toString(axis));
    }
  }
}
