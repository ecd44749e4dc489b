package org.ldctbench.sweep.gp;

import java.util.Arrays;
import org.apache.commons.math3.random.RandomGenerator;

/**
 * A zero-mean Gaussian process conditioned on n points; several target vectors may share the points
 * (fantasies of pending runs), so that one factorisation serves all.
 *
 * <p>Rasmussen and Williams (2006), algorithm 2.1.
 */
public final class GaussianProcess {
  private static final double LEAST_VARIANCE = 1e-12;

  private final boolean[] category;
  private final Hyperparameters hyper;
  private final Kernel kernel;
  private final double[][] x;
  private final Cholesky factor;

  /** K^-1 y of each target vector. */
  private final double[][] alphas;

  /** Covariances of the point in question with the known ones. */
  private final double[] cross;

  /** Their gradients by the point, [n * d]. */
  private final double[] slopes;

  GaussianProcess(boolean[] category, Hyperparameters hyper, double[][] x, double[][] targets) {
    this.category = category;
    this.hyper = hyper;
    this.kernel = new Kernel(category, hyper);
    this.x = x;
    this.factor = factor(kernel, Math.exp(hyper.logNoise()), x);
    this.cross = new double[x.length];
    this.slopes = new double[x.length * category.length];
    this.alphas = new double[targets.length][];
    for (int s = 0; s < targets.length; s++) {
      alphas[s] = factor.solve(targets[s]);
    }
  }

  private static Cholesky factor(Kernel kernel, double noise, double[][] x) {
    for (double jitter = NegativeLogPosterior.JITTER; ; jitter *= 100) {
      double[][] k = new double[x.length][];
      for (int i = 0; i < x.length; i++) {
        k[i] = new double[i + 1];
        for (int j = 0; j < i; j++) {
          k[i][j] = kernel.covariance(x[i], x[j]);
        }
        k[i][i] = kernel.variance() + kernel.signal() * jitter + noise;
      }
      Cholesky factor = Cholesky.of(k);
      if (factor != null) {
        return factor;
      }
    }
  }

  int targets() {
    return alphas.length;
  }

  Hyperparameters hyperparameters() {
    return hyper;
  }

  /**
   * Mean of each target and the variance of the noise-free function at a point.
   *
   * @param means receives one value per target vector
   */
  double predict(double[] point, double[] means) {
    covariances(point, cross);
    for (int s = 0; s < alphas.length; s++) {
      means[s] = dot(cross, alphas[s]);
    }
    factor.forward(cross);
    return Math.max(LEAST_VARIANCE * kernel.signal(), kernel.variance() - dot(cross, cross));
  }

  private void covariances(double[] point, double[] k) {
    for (int i = 0; i < k.length; i++) {
      k[i] = kernel.covariance(point, x[i]);
    }
  }

  /**
   * As {@link #predict}, with gradients with respect to the point.
   *
   * @param meanGradients receives [target][axis]
   * @param varianceGradient receives [axis]
   */
  double predict(
      double[] point, double[] means, double[][] meanGradients, double[] varianceGradient) {
    int d = category.length;
    for (int i = 0; i < cross.length; i++) {
      cross[i] = kernel.covariance(point, x[i], slopes, i * d);
    }
    for (int s = 0; s < alphas.length; s++) {
      means[s] = dot(cross, alphas[s]);
      Arrays.fill(meanGradients[s], 0);
      addRows(alphas[s], 1, meanGradients[s]);
    }
    factor.forward(cross);
    double variance = kernel.variance() - dot(cross, cross);
    double least = LEAST_VARIANCE * kernel.signal();
    Arrays.fill(varianceGradient, 0);
    if (variance < least) {
      return least;
    }
    factor.backward(cross);
    addRows(cross, -2, varianceGradient);
    return variance;
  }

  /** Adds factor times the sum over points of weight times slope. */
  private void addRows(double[] weights, double factor, double[] sum) {
    int d = sum.length;
    for (int i = 0, at = 0; i < weights.length; i++) {
      double weight = factor * weights[i];
      for (int j = 0; j < d; j++) {
        sum[j] += weight * slopes[at++];
      }
    }
  }

  /**
   * Joint draws of the noise-free function at new points in pairs of opposite deviations, so that
   * their mean is that of the model.
   *
   * @param spread factor on the deviations
   * @return [2 pairs][point]
   */
  double[][] fantasies(double[][] points, int pairs, double spread, RandomGenerator random) {
    int m = points.length;
    double[][] reduced = new double[m][];
    double[] mean = new double[m];
    for (int i = 0; i < m; i++) {
      reduced[i] = new double[x.length];
      covariances(points[i], reduced[i]);
      mean[i] = dot(reduced[i], alphas[0]);
      factor.forward(reduced[i]);
    }
    Cholesky joint = null;
    for (double jitter = 1e-9; joint == null; jitter *= 100) {
      double[][] k = new double[m][];
      for (int i = 0; i < m; i++) {
        k[i] = new double[i + 1];
        for (int j = 0; j <= i; j++) {
          k[i][j] = kernel.covariance(points[i], points[j]) - dot(reduced[i], reduced[j]);
        }
        k[i][i] += jitter * kernel.signal();
      }
      joint = Cholesky.of(k);
    }
    double[][] draws = new double[2 * pairs][m];
    for (int s = 0; s < pairs; s++) {
      double[] z = new double[m];
      Arrays.setAll(z, i -> random.nextGaussian());
      double[] deviation = joint.multiply(z);
      for (int i = 0; i < m; i++) {
        draws[2 * s][i] = mean[i] + spread * deviation[i];
        draws[2 * s + 1][i] = mean[i] - spread * deviation[i];
      }
    }
    return draws;
  }

  private static double dot(double[] a, double[] b) {
    return Cholesky.dot(a, b, 0, a.length);
  }
}
