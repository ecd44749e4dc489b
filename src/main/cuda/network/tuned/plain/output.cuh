// Layer 3 on the plain units: 5x5, 32 channels to one, with the loss and its gradient.
#pragma once

#include "network/tuned/loss.cuh"
#include "network/tuned/plain/convolution.cuh"

namespace ldct::cuda::plain {

// weights [32][5][5] and the bias behind them. The threads of a group of 8 share a run of pixels, a channel in 8 each.
static __global__ void __launch_bounds__(conv_threads)
    output_layer(const float* input, const float* weights, Output out, Tiles tiles) {
  constexpr int k = 5, margin = 2, chunk = groups;
  constexpr int height = tile_rows + 2 * margin, pitch = tile_columns + 2 * margin + 1;
  __shared__ float image[chunk * height * pitch];
  __shared__ float factors[channels2 * k * k];
  const int thread = static_cast<int>(threadIdx.x), lane = thread % groups;
  const int row = thread / groups / (tile_columns / run), column = thread / groups % (tile_columns / run) * run;
  const Place at = tile_place(tiles, static_cast<int>(blockIdx.x));
  const size_t plane = static_cast<size_t>(tiles.rows) * tiles.columns;
  for (int i = thread; i < channels2 * k * k; i += conv_threads) {
    factors[i] = weights[i];
  }
  float sums[run] = {};
  for (int first = 0; first < channels2; first += chunk) {
    __syncthreads();
    load_planes<chunk, margin, pitch, conv_threads>(
        input + (static_cast<size_t>(at.image) * channels2 + first) * plane, tiles, at, image);
    __syncthreads();
#pragma unroll
    for (int ky = 0; ky < k; ky++) {
      float window[run + k - 1];
#pragma unroll
      for (int i = 0; i < run + k - 1; i++) {
        window[i] = image[(lane * height + row + ky) * pitch + column + i];
      }
#pragma unroll
      for (int kx = 0; kx < k; kx++) {
        const float factor = factors[((first + lane) * k + ky) * k + kx];
#pragma unroll
        for (int i = 0; i < run; i++) {
          sums[i] = fmaf(window[i + kx], factor, sums[i]);
        }
      }
    }
  }
  float own = 0;
#pragma unroll
  for (int i = 0; i < run; i++) {
    float sum = sums[i];
    for (int distance = 1; distance < groups; distance *= 2) {
      sum += __shfl_xor_sync(0xffffffffu, sum, distance);
    }
    own = i == lane ? sum : own;
  }
  own += weights[channels2 * k * k];
  const bool inside = at.row + row < tiles.rows && at.column + column + lane < tiles.columns;
  finish<conv_threads>(
      out, inside,
      at.image * plane + static_cast<size_t>(at.row + row) * tiles.columns + at.column + column + lane, own);
}

}  // namespace ldct::cuda::plain
