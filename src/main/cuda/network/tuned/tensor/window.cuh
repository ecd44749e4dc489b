// The 3x3 window of layer 2, forward and as data gradient: pixels x (channels x taps) times weights.
#pragma once

#include "network/tuned/tensor/fragments.cuh"

namespace ldct::cuda::tensor {

/*
 * ROWS rows of 16 pixels x 32 channels: sums[row][fragment]. tile: pixels of 16 STEPS channels, 18 a row, whose first is
 * the upper left neighbour of the first output pixel of row 0. weights: [kx][step][ky] steps. A row of the tile, once
 * loaded, serves the three window rows.
 */
template <int STEPS, int ROWS>
__device__ __forceinline__ void window_products(const unsigned char* tile, int first_row, const uint4* weights,
                                                const Lane& own, float (&sums)[ROWS][4][4]) {
  constexpr int width = tile_columns + 2;
  const int pixel = first_row * width + own.lane % 16, chunk = own.lane / 16;
#pragma unroll 1
  for (int kx = 0; kx < 3; kx++) {
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
      uint4 b[3][2];
#pragma unroll
      for (int ky = 0; ky < 3; ky++) {
        const uint4* from = weights + ((kx * STEPS + step) * 3 + ky) * step_fragments + own.lane;
        b[ky][0] = __ldg(from);
        b[ky][1] = __ldg(from + 32);
      }
#pragma unroll
      for (int row = 0; row < ROWS + 2; row++) {
        uint32_t a[4];
        load_matrices(a, tile + chunk_offset<STEPS * 16>(pixel + row * width + kx, step * 2 + chunk));
#pragma unroll
        for (int ky = 0; ky < 3; ky++) {
          if (row - ky >= 0 && row - ky < ROWS) {
            multiply_add_pair(sums[row - ky][0], sums[row - ky][1], a, b[ky][0]);
            multiply_add_pair(sums[row - ky][2], sums[row - ky][3], a, b[ky][1]);
          }
        }
      }
    }
  }
}

}  // namespace ldct::cuda::tensor
