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

inline void slide(const ColumnSums& sums, const float* x, const float* y, double sign, int64_t columns) {
#pragma GCC ivdep
  for (int64_t c = 0; c < columns; c++) {
    double a = static_cast<double>(x[c]), b = static_cast<double>(y[c]);
    sums.x[c] += sign * a;
    sums.y[c] += sign * b;
    sums.squares[c] += sign * (a * a + b * b);
    sums.products[c] += sign * (a * b);
  }
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
  constexpr double pixels = 49, sample = 49.0 / 48.0;
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
    slide(sums, pair.target + row * columns, pair.prediction + row * columns, 1, columns);
    if (row >= window) {
      int64_t leaving = row - window;
      slide(sums, pair.target + leaving * columns, pair.prediction + leaving * columns, -1, columns);
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
      double ux = x[c] / pixels, uy = y[c] / pixels;
      double variances = sample * (squares[c] / pixels - (ux * ux + uy * uy));
      double covariance = sample * (products[c] / pixels - ux * uy);
      values[c] = ((2 * ux * uy + pair.c1) * (2 * covariance + pair.c2)) /
                  ((ux * ux + uy * uy + pair.c1) * (variances + pair.c2));
    }
    double of_row = 0;
    for (int64_t c = 0; c < windows; c++) {
      of_row += values[c];
    }
    total += of_row;
  }
  return total / (static_cast<double>(windows) * static_cast<double>(pair.rows - window + 1));
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
