// SSIM with a 7x7 uniform window. A warp slides down a tile 128 columns wide; each lane keeps the sums of 4 columns over
// the last 7 rows and takes those of the 6 columns to its right from its neighbours. SSIM needs only the sums of x, y,
// x^2 + y^2 and xy.
#include "device/sum.cuh"
#include "kernels/clip.cuh"
#include "kernels/pixels.h"

namespace ldct::cuda {
namespace {

constexpr int window = 7, columns_a_lane = 4, lanes_with_windows = 30, warps_a_block = 4;
constexpr int windows_across = lanes_with_windows * columns_a_lane;  // of a tile; the last two lanes only lend sums
constexpr int rows_a_tile = 64;                                      // windows down a tile

struct Tiles {
  int64_t across, down;
  constexpr int64_t an_image() const { return across * down; }
};

Tiles tiles(Shape shape) {
  return {divide_up(shape.columns - window + 1, windows_across), divide_up(shape.rows - window + 1, rows_a_tile)};
}

struct Sums {
  double x[columns_a_lane] = {}, y[columns_a_lane] = {}, squares[columns_a_lane] = {}, products[columns_a_lane] = {};
};

// Columns beyond the image count as zeros; no window reaches them.
__device__ __forceinline__ void load(const float* row, int64_t column, int64_t columns, const Pairs& pairs,
                                     double (&values)[columns_a_lane]) {
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    values[i] = column + i < columns ? static_cast<double>(clipped(row[column + i], pairs.low, pairs.high)) : 0.0;
  }
}

// sign 1: the row enters the window; -1: it leaves.
__device__ __forceinline__ void add_row(const Pairs& pairs, int64_t at, int64_t column, double sign, Sums& sums) {
  double x[columns_a_lane], y[columns_a_lane];
  load(pairs.target + at, column, pairs.shape.columns, pairs, x);
  load(pairs.prediction + at, column, pairs.shape.columns, pairs, y);
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    sums.x[i] += sign * x[i];
    sums.y[i] += sign * y[i];
    sums.squares[i] += sign * (x[i] * x[i] + y[i] * y[i]);
    sums.products[i] += sign * (x[i] * y[i]);
  }
}

// out[i] = the sum of columns i..i+6, counted from the lane's first.
__device__ __forceinline__ void across(const double (&own)[columns_a_lane], double (&out)[columns_a_lane]) {
  double right[columns_a_lane], far[2];
#pragma unroll
  for (int i = 0; i < columns_a_lane; i++) {
    right[i] = __shfl_down_sync(0xffffffffu, own[i], 1);
  }
  far[0] = __shfl_down_sync(0xffffffffu, own[0], 2);
  far[1] = __shfl_down_sync(0xffffffffu, own[1], 2);
  const double shared = (own[3] + right[0]) + (right[1] + right[2]);
  out[0] = shared + (own[0] + (own[1] + own[2]));
  out[1] = shared + ((own[1] + own[2]) + right[3]);
  out[2] = shared + ((own[2] + right[3]) + far[0]);
  out[3] = shared + (right[3] + (far[0] + far[1]));
}

__global__ void __launch_bounds__(32 * warps_a_block)
    ssim_kernel(Pairs pairs, Tiles tiles, double c1, double c2, double* partials) {
  constexpr double share = 1.0 / 49, sample = 49.0 / 48.0;
  const int64_t warp = int64_t{blockIdx.x} * warps_a_block + threadIdx.x / 32;
  if (warp >= pairs.n * tiles.an_image()) {
    return;
  }
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int64_t image = warp / tiles.an_image(), tile = warp % tiles.an_image();
  const int64_t columns = pairs.shape.columns, windows = columns - window + 1;
  const int64_t column = tile % tiles.across * windows_across + lane * columns_a_lane;
  const int64_t first = tile / tiles.across * rows_a_tile;
  const int64_t end = min(first + rows_a_tile + window - 1, int64_t{pairs.shape.rows});
  const int64_t origin = image * pairs.shape.pixels();
  Sums sums;
  double total = 0;
  for (int64_t row = first; row < end; row++) {
    add_row(pairs, origin + row * columns, column, 1, sums);
    if (row >= first + window) {
      add_row(pairs, origin + (row - window) * columns, column, -1, sums);
    }
    if (row < first + window - 1) {
      continue;
    }
    double x[columns_a_lane], y[columns_a_lane], squares[columns_a_lane], products[columns_a_lane];
    across(sums.x, x);
    across(sums.y, y);
    across(sums.squares, squares);
    across(sums.products, products);
#pragma unroll
    for (int i = 0; i < columns_a_lane; i++) {
      const double ux = x[i] * share, uy = y[i] * share;
      const double variances = sample * (squares[i] * share - (ux * ux + uy * uy));
      const double covariance = sample * (products[i] * share - ux * uy);
      const double value = ((2 * ux * uy + c1) * (2 * covariance + c2)) / ((ux * ux + uy * uy + c1) * (variances + c2));
      total += lane < lanes_with_windows && column + i < windows ? value : 0.0;
    }
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
  const Tiles cut = tiles(pairs.shape);
  const Grid grid{dim3(divide_up(pairs.n * cut.an_image(), warps_a_block)), dim3(32 * warps_a_block)};
  launch("ssim", stream, grid, ssim_kernel, real_bounds(pairs), cut, k1 * k1, k2 * k2, scratch);
  const double windows = static_cast<double>(pairs.shape.rows - window + 1) * (pairs.shape.columns - window + 1);
  sum_parts(stream, scratch, pairs.n, cut.an_image(), windows, result);
}

}  // namespace ldct::cuda
