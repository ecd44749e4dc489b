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

  private static double dot(double[] a, double[] b, int n) {
    return dot(a, b, 0, n);
  }

  /** Sum of products; four sums so that the processor need not wait for each addition. */
  static double dot(double[] a, double[] b, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = from;
    for (; i + 3 < to; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < to; i++) {
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

  /**
   * Replaces the factor by the lower triangle of K^-1; this object is of no use afterwards.
   *
   * @param scratch [n][n]
   */
  void invert(double[][] scratch) {
    int n = l.length;
    // scratch[j] becomes column j of L^-1, by rows of L so that memory is read in order.
    for (int i = 0; i < n; i++) {
      double[] row = l[i];
      double pivot = 1 / row[i];
      for (int j = 0; j < i; j++) {
        double[] column = scratch[j];
        column[i] = -pivot * dot(row, column, j, i);
      }
      scratch[i][i] = pivot;
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        l[i][j] = dot(scratch[i], scratch[j], i, n);
      }
    }
  }
}
