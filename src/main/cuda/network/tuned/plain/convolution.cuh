// Convolutions on the plain units, float32, images as planes [n][channel][row][column].
#pragma once

#include "network/tuned/layout.cuh"
#include "network/tuned/reduce.cuh"

namespace ldct::cuda::plain {

constexpr int tile_rows = 8, tile_columns = 16, run = 8;  // a thread computes a run of pixels of one row
constexpr int conv_threads = 128, runs = tile_rows * tile_columns / run;
constexpr int groups = conv_threads / runs;  // of channels

__device__ __forceinline__ Place tile_place(const Tiles& tiles, int tile) {
  return place<tile_rows, tile_columns>(tiles, tile);
}

/*
 * COUNT planes of a tile and what lies MARGIN around it, zero outside the image. to [COUNT][rows + 2 MARGIN][pitch].
 * from: the first of the planes.
 */
template <int COUNT, int MARGIN, int PITCH, int THREADS>
__device__ __forceinline__ void load_planes(const float* from, const Tiles& tiles, const Place& at, float* to) {
  constexpr int height = tile_rows + 2 * MARGIN, width = tile_columns + 2 * MARGIN;
  const size_t plane = static_cast<size_t>(tiles.rows) * tiles.columns;
  for (int i = static_cast<int>(threadIdx.x); i < COUNT * height * width; i += THREADS) {
    const int channel = i / (height * width), r = i / width % height, c = i % width;
    const int row = at.row + r - MARGIN, column = at.column + c - MARGIN;
    const bool inside = row >= 0 && row < tiles.rows && column >= 0 && column < tiles.columns;
    to[(channel * height + r) * PITCH + c] =
        inside ? from[channel * plane + static_cast<size_t>(row) * tiles.columns + column] : 0.0f;
  }
}

// Epilogues: what happens to a sum before it is stored. channel, and index into the output planes.
struct BiasRelu {
  const float* bias;
  __device__ __forceinline__ float operator()(float sum, int channel, size_t) const {
    const float value = sum + bias[channel];
    return value < 0.0f ? 0.0f : value;  // NaN stays
  }
};
struct Gate {
  const float* activation;
  __device__ __forceinline__ float operator()(float sum, int, size_t index) const {
    return activation[index] <= 0.0f ? 0.0f : sum;
  }
};

// Channel o of a group's own: fours of neighbours, so that the groups' loads of four weights fall on different banks.
__device__ __forceinline__ int own_channel(int group, int o) { return (o / 4 * groups + group) * 4 + o % 4; }

// weights [INPUTS][K][K][OUTPUTS]. One block a tile, all output channels.
template <int K, int INPUTS, int OUTPUTS, class Epilogue>
__global__ void __launch_bounds__(conv_threads)
    convolution(const float* input, const float* weights, float* output, Epilogue epilogue, Tiles tiles) {
  constexpr int margin = K / 2, chunk = INPUTS < 8 ? INPUTS : 8, own = OUTPUTS / groups;
  constexpr int height = tile_rows + 2 * margin, pitch = tile_columns + 2 * margin + 1;
  constexpr int chunk_weights = chunk * K * K * OUTPUTS;
  static_assert(own % 4 == 0, "whole fours of channels");
  __shared__ float image[chunk * height * pitch];
  __align__(16) __shared__ float factors[chunk_weights];
  const int thread = static_cast<int>(threadIdx.x), group = thread % groups;
  const int row = thread / groups / (tile_columns / run), column = thread / groups % (tile_columns / run) * run;
  const Place at = tile_place(tiles, static_cast<int>(blockIdx.x));
  const size_t plane = static_cast<size_t>(tiles.rows) * tiles.columns;
  float sums[own][run] = {};
  for (int first = 0; first < INPUTS; first += chunk) {
    __syncthreads();
    load_planes<chunk, margin, pitch, conv_threads>(input + (static_cast<size_t>(at.image) * INPUTS + first) * plane,
                                                    tiles, at, image);
    for (int i = thread; i < chunk_weights; i += conv_threads) {
      factors[i] = weights[first * K * K * OUTPUTS + i];
    }
    __syncthreads();
    for (int channel = 0; channel < chunk; channel++) {
#pragma unroll 1
      for (int ky = 0; ky < K; ky++) {
        float window[run + K - 1];
#pragma unroll
        for (int i = 0; i < run + K - 1; i++) {
          window[i] = image[(channel * height + row + ky) * pitch + column + i];
        }
#pragma unroll
        for (int kx = 0; kx < K; kx++) {
          const float* tap = factors + ((channel * K + ky) * K + kx) * OUTPUTS;
#pragma unroll
          for (int o = 0; o < own; o++) {
            const float factor = tap[own_channel(group, o)];
#pragma unroll
            for (int i = 0; i < run; i++) {
              sums[o][i] = fmaf(window[i + kx], factor, sums[o][i]);
            }
          }
        }
      }
    }
  }
  if (at.row + row >= tiles.rows) {
    return;
  }
#pragma unroll
  for (int o = 0; o < own; o++) {
    const int channel = own_channel(group, o);
    const size_t index = (static_cast<size_t>(at.image) * OUTPUTS + channel) * plane +
                         static_cast<size_t>(at.row + row) * tiles.columns + at.column + column;
#pragma unroll
    for (int i = 0; i < run; i++) {
      if (at.column + column + i < tiles.columns) {
        output[index + i] = epilogue(sums[o][i], channel, index + i);
      }
    }
  }
}

}  // namespace ldct::cuda::plain
