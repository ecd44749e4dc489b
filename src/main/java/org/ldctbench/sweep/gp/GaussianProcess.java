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
  private final boolean[] category;
  private final Hyperparameters hyper;
  private final Kernel kernel;
  private final double[][] x;
  private final Cholesky factor;

  /** K^-1 y of each target vector. */
  private final double[][] alphas;

  GaussianProcess(boolean[] category, Hyperparameters hyper, double[][] x, double[][] targets) {
    this.category = category;
    this.hyper = hyper;
    this.kernel = new Kernel(category, hyper);
    this.x = x;
    this.factor = factor(kernel, Math.exp(hyper.logNoise()), x);
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
        k[i][i] = kernel.signal() * (1 + jitter) + noise;
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
    double[] k = covariances(point);
    for (int s = 0; s < alphas.length; s++) {
      means[s] = dot(k, alphas[s]);
    }
    factor.forward(k);
    return Math.max(1e-12 * kernel.signal(), kernel.signal() - dot(k, k));
  }

  private double[] covariances(double[] point) {
    double[] k = new double[x.length];
    for (int i = 0; i < k.length; i++) {
      k[i] = kernel.covariance(point, x[i]);
    }
    return k;
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
    double[] k = new double[x.length];
    double[][] slopes = new double[x.length][d];
    for (int i = 0; i < k.length; i++) {
      k[i] = kernel.covariance(point, x[i], slopes[i]);
    }
    double[] beta = factor.solve(k);
    double variance = kernel.signal() - dot(k, beta);
    Arrays.fill(varianceGradient, 0);
    for (double[] row : meanGradients) {
      Arrays.fill(row, 0);
    }
    for (int i = 0; i < k.length; i++) {
      for (int j = 0; j < d; j++) {
        varianceGradient[j] -= 2 * beta[i] * slopes[i][j];
      }
      for (int s = 0; s < alphas.length; s++) {
        double a = alphas[s][i];
        for (int j = 0; j < d; j++) {
          meanGradients[s][j] += a * slopes[i][j];
        }
      }
    }
    for (int s = 0; s < alphas.length; s++) {
      means[s] = dot(k, alphas[s]);
    }
    double least = 1e-12 * kernel.signal();
    if (variance < least) {
      Arrays.fill(varianceGradient, 0);
      return least;
    }
    return variance;
  }

  /** Joint draws of noisy observations at new points: [draw][point]. */
  double[][] sample(double[][] points, int draws, RandomGenerator random) {
    int m = points.length;
    double[][] reduced = new double[m][];
    double[] mean = new double[m];
    for (int i = 0; i < m; i++) {
      reduced[i] = covariances(points[i]);
      mean[i] = dot(reduced[i], alphas[0]);
      factor.forward(reduced[i]);
    }
    double noise = Math.exp(hyper.logNoise());
    Cholesky joint = null;
    for (double jitter = 1e-9; joint == null; jitter *= 100) {
      double[][] k = new double[m][];
      for (int i = 0; i < m; i++) {
        k[i] = new double[i + 1];
        for (int j = 0; j <= i; j++) {
          k[i][j] = kernel.covariance(points[i], points[j]) - dot(reduced[i], reduced[j]);
        }
        k[i][i] += noise + jitter * kernel.signal();
      }
      joint = Cholesky.of(k);
    }
    double[][] result = new double[draws][];
    for (int s = 0; s < draws; s++) {
      double[] z = new double[m];
      Arrays.setAll(z, i -> random.nextGaussian());
      result[s] = joint.multiply(z);
      for (int i = 0; i < m; i++) {
        result[s][i] += mean[i];
      }
    }
    return result;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
