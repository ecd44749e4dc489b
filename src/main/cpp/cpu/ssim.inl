// SSIM with a 7x7 uniform window, written so that the compiler vectorises it for the including
// file's instruction set. Sums slide down the columns; everything is double, so that the
// differences of large sums stay exact enough.

#include <cfloat>

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

// Keeps pixels within bounds; NaN stays NaN. The compiler makes nothing of comparisons with infinity, so that images
// without bounds have a type of their own.
struct Clipped {
  Bounds bounds;
  float operator()(float x) const { return x < bounds.low ? bounds.low : x > bounds.high ? bounds.high : x; }
};
struct Unclipped {
  float operator()(float x) const { return x; }
};

// A row of x and y enters the window.
template <class Clip>
inline void enter(const ColumnSums& sums, const float* x, const float* y, int64_t columns, Clip clip) {
#pragma GCC ivdep
  for (int64_t c = 0; c < columns; c++) {
    double a = clip(x[c]), b = clip(y[c]);
    sums.x[c] += a;
    sums.y[c] += b;
    sums.squares[c] += a * a + b * b;
    sums.products[c] += a * b;
  }
}

// One row enters and the one 7 rows above leaves: a^2 - d^2 = (a - d)(a + d) and ab - de = a(b - e) + e(a - d).
template <class Clip>
inline void slide(const ColumnSums& sums, const float* x, const float* y, int64_t columns, Clip clip) {
  const float *gone_x = x - 7 * columns, *gone_y = y - 7 * columns;
#pragma GCC ivdep
  for (int64_t c = 0; c < columns; c++) {
    double a = clip(x[c]), b = clip(y[c]), d = clip(gone_x[c]), e = clip(gone_y[c]);
    double more_x = a - d, more_y = b - e;
    sums.x[c] += more_x;
    sums.y[c] += more_y;
    sums.squares[c] += more_x * (a + d) + more_y * (b + e);
    sums.products[c] += a * more_y + e * more_x;
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
template <class Clip>
double squared_error_of(const QualityPair& pair, Clip clip) {
  const float *a = pair.target, *b = pair.prediction;
  const int64_t count = pair.rows * pair.columns;
  constexpr int64_t stretch = 512;
  double squares[stretch], total = 0;
  for (int64_t begin = 0; begin < count; begin += stretch) {
    int64_t n = count - begin < stretch ? count - begin : stretch;
    for (int64_t i = 0; i < n; i++) {
      float difference = clip(a[begin + i]) - clip(b[begin + i]);
      squares[i] = static_cast<double>(difference * difference);
    }
    total += sum_all(squares, n);
  }
  return total;
}

constexpr int64_t window = 7;
constexpr int double_lanes = WIDTH / 2;
using Doubles = double __attribute__((vector_size(double_lanes * sizeof(double))));
using Indices = int64_t __attribute__((vector_size(double_lanes * sizeof(int64_t))));

constexpr Indices indices() {
  Indices i{};
  for (int lane = 0; lane < double_lanes; lane++) {
    i[lane] = lane;
  }
  return i;
}

// Lanes BY.. of the vectors beside each other, of which v is the first.
template <int BY>
inline Doubles from_lane(const Doubles* v) {
  constexpr int vector = BY / double_lanes, lane = BY % double_lanes;
  return lane == 0 ? v[vector] : __builtin_shuffle(v[vector], v[vector + 1], indices() + lane);
}

// Sums over windows of 7 columns, a vector of windows after the other: additions of neighbours are shared, and columns
// come from neighbouring vectors instead of loads that cross cache lines.
class WindowSums {
 public:
  explicit WindowSums(const double* columns) : at_(columns) {
    for (Doubles& v : single_) {
      v = load_next();
    }
    for (int i = 0; i < pairs; i++) {
      pair_[i] = single_[i] + from_lane<1>(single_ + i);
    }
  }

  Doubles next() {
    const Doubles sum = (pair_[0] + from_lane<2>(pair_)) + (from_lane<4>(pair_) + from_lane<6>(single_));
    for (int i = 0; i + 1 < singles; i++) {
      single_[i] = single_[i + 1];
    }
    single_[singles - 1] = load_next();
    for (int i = 0; i + 1 < pairs; i++) {
      pair_[i] = pair_[i + 1];
    }
    pair_[pairs - 1] = single_[pairs - 1] + from_lane<1>(single_ + pairs - 1);
    return sum;
  }

 private:
  // So many vectors reach as far as the windows of the first.
  static constexpr int pairs = (4 + double_lanes - 1) / double_lanes + 1;
  static constexpr int singles_of_sum = (6 + double_lanes - 1) / double_lanes + 1;
  static constexpr int singles = singles_of_sum > pairs + 1 ? singles_of_sum : pairs + 1;

  Doubles load_next() {
    Doubles v;
    __builtin_memcpy(&v, at_, sizeof v);
    at_ += double_lanes;
    return v;
  }

  const double* at_;
  Doubles single_[singles], pair_[pairs];
};

// Mean over all 7x7 windows that lie inside the images.
template <class Clip>
double mean_ssim_of(const QualityPair& pair, Clip clip) {
  constexpr double pixels = window * window;
  const int64_t columns = pair.columns, windows = columns - window + 1, pitch = columns + ssim_slack;
  double* scratch = pair.scratch;
  const ColumnSums sums{scratch, scratch + pitch, scratch + 2 * pitch, scratch + 3 * pitch};
  for (int64_t i = 0; i < 4 * pitch; i++) {
    scratch[i] = 0;
  }
  // A window's SSIM from its sums, both means times 49 and both variances times 49 * 48: the factors cancel.
  struct Fraction {
    Doubles over, under;
  };
  const double c1 = pair.c1 * (pixels * pixels), c2 = pair.c2 * (pixels * (pixels - 1));
  Doubles total{};
  for (int64_t row = 0; row < pair.rows; row++) {
    const float *target = pair.target + row * columns, *prediction = pair.prediction + row * columns;
    if (row < window) {
      enter(sums, target, prediction, columns, clip);
    } else {
      slide(sums, target, prediction, columns, clip);
    }
    if (row < window - 1) {
      continue;
    }
    WindowSums of_x(sums.x), of_y(sums.y), of_squares(sums.squares), of_products(sums.products);
    auto fraction = [&] {
      const Doubles x = of_x.next(), y = of_y.next(), product = (x + x) * y, squares = x * x + y * y;
      const Doubles covariance = 2 * pixels * of_products.next() - product;
      const Doubles variances = pixels * of_squares.next() - squares;
      return Fraction{(product + c1) * (covariance + c2), (squares + c1) * (variances + c2)};
    };
    // Two fractions are added before they are divided: a division costs as much as everything else.
    Doubles of_row{};
    int64_t c = 0;
    for (; c + 2 * double_lanes <= windows; c += 2 * double_lanes) {
      const Fraction a = fraction(), b = fraction();
      of_row += (a.over * b.under + b.over * a.under) / (a.under * b.under);
    }
    for (; c < windows; c += double_lanes) {
      const Fraction last = fraction();
      const Doubles value = last.over / last.under;
      of_row += indices() < windows - c ? value : Doubles{};
    }
    total += of_row;
  }
  double mean = 0;
  for (int lane = 0; lane < double_lanes; lane++) {
    mean += total[lane];
  }
  return mean / (static_cast<double>(windows) * static_cast<double>(pair.rows - window + 1));
}

inline bool unbounded(Bounds bounds) { return bounds.low < -FLT_MAX && bounds.high > FLT_MAX; }

double mean_ssim(const QualityPair& pair) {
  return unbounded(pair.bounds) ? mean_ssim_of(pair, Unclipped()) : mean_ssim_of(pair, Clipped{pair.bounds});
}

double squared_error(const QualityPair& pair) {
  return unbounded(pair.bounds) ? squared_error_of(pair, Unclipped()) : squared_error_of(pair, Clipped{pair.bounds});
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
