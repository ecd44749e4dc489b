package org.ldctbench.sweep.gp;

/** Factor L of a symmetric positive definite matrix K = L L', rows of the lower triangle. */
final class Cholesky {
  private final double[][] l;

  private Cholesky(double[][] l) {
    this.l = l;
  }

  /**
   * Factors in place.
   *
   * @param k lower triangle [n][>= row + 1]; overwritten
   * @return null if not positive definite
   */
  static Cholesky of(double[][] k) {
    for (int i = 0; i < k.length; i++) {
      double[] row = k[i];
      for (int j = 0; j < i; j++) {
        row[j] = (row[j] - dot(row, k[j], j)) / k[j][j];
      }
      double pivot = row[i] - dot(row, row, i);
      if (!(pivot > 0)) {
        return null;
      }
      row[i] = Math.sqrt(pivot);
    }
    return new Cholesky(k);
  }

  /** Sum of products; four sums so that the processor need not wait for each addition. */
  private static double dot(double[] a, double[] b, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < n; i++) {
      s0 += a[i] * b[i];
    }
    return s0 + s1 + (s2 + s3);
  }

  int size() {
    return l.length;
  }

  /** ln det K / 2. */
  double halfLogDeterminant() {
    double sum = 0;
    for (int i = 0; i < l.length; i++) {
      sum += Math.log(l[i][i]);
    }
    return sum;
  }

  /** Replaces b by L^-1 b. */
  void forward(double[] b) {
    for (int i = 0; i < l.length; i++) {
      b[i] = (b[i] - dot(l[i], b, i)) / l[i][i];
    }
  }

  /** Replaces b by L'^-1 b. */
  void backward(double[] b) {
    for (int i = l.length - 1; i >= 0; i--) {
      double x = b[i] / l[i][i];
      b[i] = x;
      double[] row = l[i];
      for (int j = 0; j < i; j++) {
        b[j] -= row[j] * x;
      }
    }
  }

  /** K^-1 b. */
  double[] solve(double[] b) {
    double[] x = b.clone();
    forward(x);
    backward(x);
    return x;
  }

  /** L z. */
  double[] multiply(double[] z) {
    double[] product = new double[z.length];
    for (int i = 0; i < z.length; i++) {
      product[i] = dot(l[i], z, i) + l[i][i] * z[i];
    }
    return product;
  }

  /** Lower triangle of K^-1. */
  double[][] inverse() {
    int n = l.length;
    // Rows of (L^-1)': m[j][i] = (L^-1)[i][j], i >= j.
    double[][] m = new double[n][n];
    for (int j = 0; j < n; j++) {
      double[] column = m[j];
      column[j] = 1 / l[j][j];
      for (int i = j + 1; i < n; i++) {
        double sum = 0;
        double[] row = l[i];
        for (int k = j; k < i; k++) {
          sum += row[k] * column[k];
        }
        column[i] = -sum / row[i];
      }
    }
    double[][] inverse = new double[n][];
    for (int i = 0; i < n; i++) {
      inverse[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        double[] a = m[i];
        double[] b = m[j];
        for (int k = i; k < n; k++) {
          sum += a[k] * b[k];
        }
        inverse[i][j] = sum;
      }
    }
    return inverse;
  }
}
