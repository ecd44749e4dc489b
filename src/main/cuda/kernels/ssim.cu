// SSIM with a 7x7 uniform window, in double. A warp slides down a tile; each lane keeps the sums of 6 columns over the
// last 7 rows, and its windows take what they lack from the lane to the right.
#include "device/arithmetic.cuh"
#include "device/sum.cuh"
#include "kernels/clip.cuh"
#include "kernels/pixels.h"

namespace ldct::cuda {
namespace {

constexpr int window = 7, pixels_a_window = window * window;
constexpr int columns_a_lane = window - 1;  // a window takes 1 to 6 columns of the next lane, and none beyond
constexpr int lanes_with_windows = 31, warps_a_block = 4;
constexpr int windows_across = lanes_with_windows * columns_a_lane;  // of a tile; the last lane only lends sums
constexpr int rows_a_tile = 64;                                      // windows down a tile

struct Tiles {
  int64_t across, down;
  constexpr int64_t an_image() const { return across * down; }
};

Tiles tiles(Shape shape) {
  return {divide_up(shape.columns - window + 1, windows_across), divide_up(shape.rows - window + 1, rows_a_tile)};
}

/*
 * With X, Y, S, P the sums of x, y, x^2 + y^2 and xy over the 49 pixels of a window, and the means, variances and
 * covariance written out, SSIM is
 *   (2 XY + c1) (2 (49 P - XY) + c2)
 *   --------------------------------------------      c1 = 49^2 (0.01 range)^2,  c2 = 48 49 (0.03 range)^2
 *   (X^2 + Y^2 + c1) (49 S - (X^2 + Y^2) + c2)
 * The sums S and P begin with what makes the constants come out, so that every factor takes one or two operations.
 */
struct Constants {
  double c1, c2;
  __host__ __device__ double first_of_squares() const { return (c1 + c2) / (pixels_a_window * window); }
  __host__ __device__ double first_of_products() const { return first_of_squares() / 2; }
};

struct Sums {
  double x[columns_a_lane], y[columns_a_lane], squares[columns_a_lane], products[columns_a_lane];
};

// Six neighbours of a row. Columns beyond the image count as zeros; no window reaches them. pairs: as float2.
template <bool pairs>
__device__ __forceinline__ void load(const float* row, int64_t column, const Pairs& images,
                                     double (&values)[columns_a_lane]) {
  const int64_t columns = images.shape.columns;
  float loaded[columns_a_lane];
#pragma unroll
  for (int i = 0; i < columns_a_lane; i += 2) {
    if (pairs) {
      const float2 two = column + i < columns ? *reinterpret_cast<const float2*>(row + column + i) : make_float2(0, 0);
      loaded[i] = two.x;
      loaded[i + 1] = two.y;
    } else {
      loaded[i] = column + i < columns ? row[column + i] : 0.0f;
      loaded[i + 1] = column + i + 1 < columns ? row[column + i + 1] : 0.0f;
    }
  }
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    values[i] = static_cast<double>(clipped(loaded[i], images.low, images.high));
  }
}

// sign 1: the row enters the window; -1: it leaves.
template <bool pairs, int sign>
__device__ __forceinline__ void add_row(const Pairs& images, int64_t at, int64_t column, Sums& sums) {
  double x[columns_a_lane], y[columns_a_lane];
  load<pairs>(images.target + at, column, images, x);
  load<pairs>(images.prediction + at, column, images, y);
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    const double signed_x = sign * x[i], signed_y = sign * y[i];
    sums.x[i] += signed_x;
    sums.y[i] += signed_y;
    sums.squares[i] = fma(signed_y, y[i], fma(signed_x, x[i], sums.squares[i]));
    sums.products[i] = fma(signed_x, y[i], sums.products[i]);
  }
}

// out[i] = the sum of columns i to i + 6, counted from the lane's first.
__device__ __forceinline__ void across(const double (&own)[columns_a_lane], double (&out)[columns_a_lane]) {
  double before = own[0];  // of columns 0 to i
  out[columns_a_lane - 1] = own[columns_a_lane - 1];
#pragma unroll
  for (int i = columns_a_lane - 2; i >= 0; i--) {
    out[i] = out[i + 1] + own[i];
  }
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    out[i] += __shfl_down_sync(0xffffffffu, before, 1);
    before += i + 1 < columns_a_lane ? own[i + 1] : 0;
  }
}

// Adds SSIM / 4 of the windows that the lane has: those whose first column is one of its own.
__device__ __forceinline__ void add_windows(const Sums& sums, const Constants& constants, int windows, double& total) {
  double x[columns_a_lane], y[columns_a_lane], upper[columns_a_lane], lower[columns_a_lane];
  across(sums.x, x);
  across(sums.y, y);
  double first[columns_a_lane], second[columns_a_lane];
  across(sums.products, first);
  across(sums.squares, second);
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    const double means = fma(x[i], y[i], constants.c1 / 2), squares = fma(y[i], y[i], fma(x[i], x[i], constants.c1));
    upper[i] = means * fma(double{pixels_a_window}, first[i], -means);
    lower[i] = squares * fma(double{pixels_a_window}, second[i], -squares);
  }
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    const double rough = rough_reciprocal(lower[i]);
    const double reciprocal = fma(rough, fma(-lower[i], rough, 1.0), rough);  // to about 38 bits
    total = fma(upper[i], i < windows ? reciprocal : 0.0, total);
  }
}

template <bool pairs>
__global__ void __launch_bounds__(32 * warps_a_block)
    ssim_kernel(Pairs images, Tiles tiles, Constants constants, double* partials) {
  const int64_t warp = int64_t{blockIdx.x} * warps_a_block + threadIdx.x / 32;
  if (warp >= images.n * tiles.an_image()) {
    return;
  }
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t image = warp / tiles.an_image(), tile = warp % tiles.an_image();
  const int64_t columns = images.shape.columns;
  const int64_t column = tile % tiles.across * windows_across + lane * columns_a_lane;
  const int windows = static_cast<int>(
      lane < lanes_with_windows ? max(int64_t{0}, min(int64_t{columns_a_lane}, columns - window + 1 - column)) : 0);
  const int64_t first = tile / tiles.across * rows_a_tile;
  const int64_t end = min(first + rows_a_tile + window - 1, int64_t{images.shape.rows});
  int64_t at = image * images.shape.pixels() + first * columns;
  Sums sums;
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    sums.x[i] = sums.y[i] = 0;
    sums.squares[i] = constants.first_of_squares();
    sums.products[i] = constants.first_of_products();
  }
  int64_t row = first;
  for (; row < first + window - 1; row++, at += columns) {
    add_row<pairs, 1>(images, at, column, sums);
  }
  double total = 0;
  for (; row < end; row++, at += columns) {
    add_row<pairs, 1>(images, at, column, sums);
    add_windows(sums, constants, windows, total);
    add_row<pairs, -1>(images, at - (window - 1) * columns, column, sums);
  }
  total = warp_sum(total);
  if (lane == 0) {
    partials[warp] = total;
  }
}

}  // namespace

int64_t quality_scratch(int64_t n, Shape shape) {
  const int64_t tiled = shape.rows < window || shape.columns < window ? 0 : tiles(shape).an_image();
  const int64_t stretches = pixel_blocks(shape);
  return n * (tiled > stretches ? tiled : stretches);
}

void ssim(cudaStream_t stream, const Pairs& pairs, double data_range, double* scratch, double* result) {
  const double k1 = 0.01 * data_range, k2 = 0.03 * data_range;
  const Constants constants{pixels_a_window * pixels_a_window * (k1 * k1),
                            pixels_a_window * (pixels_a_window - 1) * (k2 * k2)};
  const Tiles cut = tiles(pairs.shape);
  const Grid grid{dim3(divide_up(pairs.n * cut.an_image(), warps_a_block)), dim3(32 * warps_a_block)};
  const bool even = pairs.shape.columns % 2 == 0;  // then rows begin where two pixels can be loaded at once
  launch("ssim", stream, grid, even ? ssim_kernel<true> : ssim_kernel<false>, real_bounds(pairs), cut, constants,
         scratch);
  const double windows = static_cast<double>(pairs.shape.rows - window + 1) * (pairs.shape.columns - window + 1);
  sum_parts(stream, scratch, pairs.n, cut.an_image(), windows / 4, result);
}

}  // namespace ldct::cuda
