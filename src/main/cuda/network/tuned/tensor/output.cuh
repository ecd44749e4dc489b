// Layer 3 forward: every pixel's 32 channels times the 25 taps, then the taps' products of 25 neighbours are added.
#pragma once

#include "device/shared.cuh"
#include "network/tuned/loss.cuh"
#include "network/tuned/tensor/weights.cuh"

namespace ldct::cuda::tensor {

constexpr int output_rows = threads / tile_columns;  // one output pixel a thread
constexpr int output_height = output_rows + 4, output_width = tile_columns + 4;
constexpr int output_pixels = output_height * output_width, output_pitch = output_pixels + 4;
constexpr int output_shared = 25 * output_pitch * static_cast<int>(sizeof(float));
static_assert(output_pixels % 16 == 0, "whole fragments");

template <class E>
__global__ void __launch_bounds__(threads)
    output_layer(const uint4* layer2, const float* bias, const uint4* weights, Output out, Tiles tiles) {
  auto* products = dynamic_shared<float>();  // [tap][pixel]
  const Lane own = own_lane();
  const Place at = place<output_rows, tile_columns>(tiles, static_cast<int>(blockIdx.x));
  constexpr int parts = chunks<E>(8), steps3 = Depth<E>::channels2;
  // A lane's channels of a pixel; two words of them serve a step.
  auto load = [&](int pixel, uint32_t(&words)[steps3 * 2]) {
    const int row = pixel / output_width - 2, column = pixel % output_width - 2;
    const bool inside = tiles.inside(at, row, column);
    const uint4* from = layer2 + (int64_t{tiles.pixel(at, row, column)} * 4 + own.t) * parts;
#pragma unroll
    for (int j = 0; j < parts; j++) {
      const uint4 chunk = inside ? __ldg(from + j) : make_uint4(0, 0, 0, 0);
      words[j * 4] = chunk.x;
      words[j * 4 + 1] = chunk.y;
      words[j * 4 + 2] = chunk.z;
      words[j * 4 + 3] = chunk.w;
    }
  };
  uint4 b[steps3][2];
#pragma unroll
  for (int step = 0; step < steps3; step++) {
    b[step][0] = __ldg(weights + step * step_size + own.lane);
    b[step][1] = __ldg(weights + step * step_size + own.lane + 32);
  }
  for (int first = own.warp * 16; first < output_pixels; first += warps * 16) {
    uint32_t upper[steps3 * 2], lower[steps3 * 2];
    load(first + own.g, upper);
    load(first + own.g + 8, lower);
    float sums[4][4] = {};
#pragma unroll
    for (int step = 0; step < steps3; step++) {
      const uint32_t a[4] = {upper[step * 2], lower[step * 2], upper[step * 2 + 1], lower[step * 2 + 1]};
      multiply_add_pair<E>(sums[0], sums[1], a, b[step][0]);
      multiply_add_pair<E>(sums[2], sums[3], a, b[step][1]);
    }
#pragma unroll
    for (int i = 0; i < 16; i++) {
      const int tap = i / 4 * 8 + own.t * 2 + i % 2;
      if (tap < 25) {
        products[tap * output_pitch + first + own.g + i % 4 / 2 * 8] = sums[i / 4][i % 4];
      }
    }
  }
  __syncthreads();
  const int row = static_cast<int>(threadIdx.x) / tile_columns, column = static_cast<int>(threadIdx.x) % tile_columns;
  float sum = *bias;
#pragma unroll
  for (int tap = 0; tap < 25; tap++) {
    sum += products[tap * output_pitch + (row + tap / 5) * output_width + column + tap % 5];
  }
  finish<threads>(out, tiles.inside(at, row, column), static_cast<size_t>(tiles.pixel(at, row, column)), sum);
}

}  // namespace ldct::cuda::tensor
