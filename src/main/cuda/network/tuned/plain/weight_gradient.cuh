// Weight gradients on the plain units. Every block sums its share of the tiles in registers and leaves one part.
#pragma once

#include "device/shared.cuh"
#include "network/tuned/plain/convolution.cuh"

namespace ldct::cuda::plain {

constexpr int tile_pixels = tile_rows * tile_columns;

// COUNT channels of a tile's pixels with MARGIN around, channels innermost: to [rows][columns][PITCH].
template <int COUNT, int MARGIN, int PITCH, int THREADS>
__device__ __forceinline__ void load_pixels(const float* planes, const Tiles& tiles, const Place& at, float* to) {
  constexpr int height = tile_rows + 2 * MARGIN, width = tile_columns + 2 * MARGIN;
  const size_t plane = static_cast<size_t>(tiles.rows) * tiles.columns;
  const float* from = planes + at.image * COUNT * plane;
  for (int i = static_cast<int>(threadIdx.x); i < COUNT * height * width; i += THREADS) {
    const int channel = i / (height * width), r = i / width % height, c = i % width;
    const int row = at.row + r - MARGIN, column = at.column + c - MARGIN;
    const bool inside = row >= 0 && row < tiles.rows && column >= 0 && column < tiles.columns;
    to[(r * width + c) * PITCH + channel] =
        inside ? from[channel * plane + static_cast<size_t>(row) * tiles.columns + column] : 0.0f;
  }
}

constexpr int gradient2_threads = 256, pitch1 = channels1 + 2, pitch2 = channels2 + 4;
constexpr int gradient2_shared =
    ((tile_rows + 2) * (tile_columns + 2) * pitch1 + tile_pixels * pitch2) * static_cast<int>(sizeof(float));

// Layer 2: a thread sums 2 inputs x 4 outputs x 9 taps. activation [n][64] and delta [n][32] planes, parts
// [blocks][bias3 - weights2].
static __global__ void __launch_bounds__(gradient2_threads)
    weight_gradient2(const float* activation, const float* delta, float* parts, Tiles tiles) {
  constexpr int width = tile_columns + 2, inputs = 2, outputs = 4, k = 3;
  float* image = dynamic_shared<float>();
  float* deltas = image + (tile_rows + 2) * width * pitch1;
  const int thread = static_cast<int>(threadIdx.x);
  const int input = thread % (channels1 / inputs) * inputs, output = thread / (channels1 / inputs) * outputs;
  float sums[k][k][inputs][outputs] = {};
  float bias[outputs] = {};
  for (int tile = static_cast<int>(blockIdx.x); tile < tiles.count; tile += static_cast<int>(gridDim.x)) {
    const Place at = tile_place(tiles, tile);
    __syncthreads();
    load_pixels<channels1, 1, pitch1, gradient2_threads>(activation, tiles, at, image);
    load_pixels<channels2, 0, pitch2, gradient2_threads>(delta, tiles, at, deltas);
    __syncthreads();
    for (int row = 0; row < tile_rows; row++) {
      float window[k][k][inputs] = {};  // [ky][kx]: slides along the row
#pragma unroll
      for (int column = -2; column < tile_columns; column++) {
#pragma unroll
        for (int ky = 0; ky < k; ky++) {
#pragma unroll
          for (int i = 0; i < inputs; i++) {
            window[ky][0][i] = window[ky][1][i];
            window[ky][1][i] = window[ky][2][i];
            window[ky][2][i] = image[((row + ky) * width + column + 2) * pitch1 + input + i];
          }
        }
        if (column < 0) {
          continue;
        }
        const float* d = deltas + (row * tile_columns + column) * pitch2 + output;
#pragma unroll
        for (int o = 0; o < outputs; o++) {
          const float factor = d[o];
          bias[o] += factor;
#pragma unroll
          for (int ky = 0; ky < k; ky++) {
#pragma unroll
            for (int kx = 0; kx < k; kx++) {
#pragma unroll
              for (int i = 0; i < inputs; i++) {
                sums[ky][kx][i][o] = fmaf(window[ky][kx][i], factor, sums[ky][kx][i][o]);
              }
            }
          }
        }
      }
    }
  }
  float* part = parts + static_cast<size_t>(blockIdx.x) * (bias3 - weights2);
#pragma unroll
  for (int o = 0; o < outputs; o++) {
#pragma unroll
    for (int i = 0; i < inputs; i++) {
#pragma unroll
      for (int tap = 0; tap < k * k; tap++) {
        part[((output + o) * channels1 + input + i) * k * k + tap] = sums[tap / k][tap % k][i][o];
      }
    }
    if (input == 0) {
      part[bias2 - weights2 + output + o] = bias[o];
    }
  }
}

// Where the sums of layers 1 and 3 go in a part. Layer 3's taps are counted from the last: its single side is the
// output gradient.
struct Layer1Part {
  static constexpr int size = weights2, weights = 0, bias = bias1;
  static constexpr bool flip = false;
};
struct Layer3Part {
  static constexpr int size = bias3 - weights2, weights = weights3 - weights2, bias = -1;
  static constexpr bool flip = true;
};

/*
 * Layers 1 and 3, where one side has one channel: sums of many[channel][p] single[p + tap]. A thread has one channel
 * and one row of taps.
 */
template <int K, int CHANNELS, class Part>
__global__ void __launch_bounds__(K* CHANNELS)
    weight_gradient_single(const float* many, const float* single, float* parts, Tiles tiles) {
  constexpr int threads = K * CHANNELS, margin = K / 2, pitch = CHANNELS + 1;
  constexpr int width = tile_columns + 2 * margin, height = tile_rows + 2 * margin;
  __shared__ float pixels[tile_pixels * pitch];
  __shared__ float image[height * width];
  const int thread = static_cast<int>(threadIdx.x), channel = thread % CHANNELS, ky = thread / CHANNELS;
  float sums[K] = {};
  float total = 0;
  for (int tile = static_cast<int>(blockIdx.x); tile < tiles.count; tile += static_cast<int>(gridDim.x)) {
    const Place at = tile_place(tiles, tile);
    __syncthreads();
    load_pixels<CHANNELS, 0, pitch, threads>(many, tiles, at, pixels);
    load_pixels<1, margin, 1, threads>(single, tiles, at, image);
    __syncthreads();
    for (int row = 0; row < tile_rows; row++) {
      float window[width];
#pragma unroll
      for (int i = 0; i < width; i++) {
        window[i] = image[(row + ky) * width + i];
      }
#pragma unroll
      for (int column = 0; column < tile_columns; column++) {
        const float factor = pixels[(row * tile_columns + column) * pitch + channel];
        total += factor;
#pragma unroll
        for (int kx = 0; kx < K; kx++) {
          sums[kx] = fmaf(window[column + kx], factor, sums[kx]);
        }
      }
    }
  }
  float* part = parts + static_cast<size_t>(blockIdx.x) * Part::size;
#pragma unroll
  for (int kx = 0; kx < K; kx++) {
    const int tap = ky * K + kx;
    part[Part::weights + channel * K * K + (Part::flip ? K * K - 1 - tap : tap)] = sums[kx];
  }
  if (Part::bias >= 0 && ky == 0) {
    part[Part::bias + channel] = total;
  }
}

}  // namespace ldct::cuda::plain
