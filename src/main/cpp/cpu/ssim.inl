// SSIM with a 7x7 uniform window, written so that the compiler vectorises it for the including
// file's instruction set. Sums slide down the columns; everything is double, so that the
// differences of large sums stay exact enough.

namespace ldct {
namespace cpu {
namespace {

// Column sums of x, y, x^2 + y^2 and x*y over the 7 rows of the window: SSIM needs no more.
struct ColumnSums {
  double* x;
  double* y;
  double* squares;
  double* products;
};

// NaN stays NaN.
inline float clipped(float x, Bounds bounds) {
  return x < bounds.low ? bounds.low : x > bounds.high ? bounds.high : x;
}

inline double widened(float x, Bounds bounds) { return static_cast<double>(clipped(x, bounds)); }

// A row of x and y enters the window.
inline void enter(const ColumnSums& sums, const float* x, const float* y, int64_t columns, Bounds bounds) {
#pragma GCC ivdep
  for (int64_t c = 0; c < columns; c++) {
    double a = widened(x[c], bounds), b = widened(y[c], bounds);
    sums.x[c] += a;
    sums.y[c] += b;
    sums.squares[c] += a * a + b * b;
    sums.products[c] += a * b;
  }
}

// One row enters and the one 7 rows above leaves.
inline void slide(const ColumnSums& sums, const float* x, const float* y, int64_t columns, Bounds bounds) {
  const float *gone_x = x - 7 * columns, *gone_y = y - 7 * columns;
#pragma GCC ivdep
  for (int64_t c = 0; c < columns; c++) {
    double a = widened(x[c], bounds), b = widened(y[c], bounds);
    double d = widened(gone_x[c], bounds), e = widened(gone_y[c], bounds);
    sums.x[c] += a - d;
    sums.y[c] += b - e;
    sums.squares[c] += (a * a + b * b) - (d * d + e * e);
    sums.products[c] += a * b - d * e;
  }
}

// Sum with as many partial sums as hide the latency of an addition; in a fixed order.
inline double sum_all(const double* values, int64_t count) {
  constexpr int lanes = 32;
  double partial[lanes] = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (int lane = 0; lane < lanes; lane++) {
      partial[lane] += values[i + lane];
    }
  }
  for (int lane = 0; i < count; i++, lane++) {
    partial[lane] += values[i];
  }
  double total = 0;
  for (double p : partial) {
    total += p;
  }
  return total;
}

// Sum of squared differences: float32 differences and squares, sum in double.
double squared_error(const QualityPair& pair) {
  const float *a = pair.target, *b = pair.prediction;
  const int64_t count = pair.rows * pair.columns;
  const Bounds bounds = pair.bounds;
  constexpr int64_t stretch = 512;
  double squares[stretch], total = 0;
  for (int64_t begin = 0; begin < count; begin += stretch) {
    int64_t n = count - begin < stretch ? count - begin : stretch;
    for (int64_t i = 0; i < n; i++) {
      float difference = clipped(a[begin + i], bounds) - clipped(b[begin + i], bounds);
      squares[i] = static_cast<double>(difference * difference);
    }
    total += sum_all(squares, n);
  }
  return total;
}

// out[c] = sum of in[c..c+6]
inline void across(const double* in, double* out, int64_t windows) {
#pragma GCC ivdep
  for (int64_t c = 0; c < windows; c++) {
    out[c] = ((in[c] + in[c + 1]) + (in[c + 2] + in[c + 3])) + ((in[c + 4] + in[c + 5]) + in[c + 6]);
  }
}

// Mean over all 7x7 windows that lie inside the images.
double mean_ssim(const QualityPair& pair) {
  constexpr int64_t window = 7;
  constexpr double share = 1.0 / 49, sample = 49.0 / 48.0;
  const int64_t columns = pair.columns, windows = columns - window + 1, pitch = columns + 8;
  double* scratch = pair.scratch;
  ColumnSums sums{scratch, scratch + pitch, scratch + 2 * pitch, scratch + 3 * pitch};
  double* x = scratch + 4 * pitch;
  double* y = scratch + 5 * pitch;
  double* squares = scratch + 6 * pitch;
  double* products = scratch + 7 * pitch;
  for (int64_t i = 0; i < 4 * pitch; i++) {
    scratch[i] = 0;
  }
  double total = 0;
  for (int64_t row = 0; row < pair.rows; row++) {
    const float *target = pair.target + row * columns, *prediction = pair.prediction + row * columns;
    if (row < window) {
      enter(sums, target, prediction, columns, pair.bounds);
    } else {
      slide(sums, target, prediction, columns, pair.bounds);
    }
    if (row < window - 1) {
      continue;
    }
    across(sums.x, x, windows);
    across(sums.y, y, windows);
    across(sums.squares, squares, windows);
    across(sums.products, products, windows);
    double* values = x;
#pragma GCC ivdep
    for (int64_t c = 0; c < windows; c++) {
      double ux = x[c] * share, uy = y[c] * share;
      double variances = sample * (squares[c] * share - (ux * ux + uy * uy));
      double covariance = sample * (products[c] * share - ux * uy);
      values[c] = ((2 * ux * uy + pair.c1) * (2 * covariance + pair.c2)) /
                  ((ux * ux + uy * uy + pair.c1) * (variances + pair.c2));
    }
    total += sum_all(values, windows);
  }
  return total / (static_cast<double>(windows) * static_cast<double>(pair.rows - window + 1));
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
