// The 3x3 window of layer 2, forward and as data gradient: pixels x (channels x taps) times weights.
#pragma once

#include "network/tuned/tensor/weights.cuh"

namespace ldct::cuda::tensor {

/*
 * ROWS rows of 16 pixels x 32 channels: sums[row][fragment]. tile: CHANNELS a pixel, 18 pixels a row, the first of
 * which is the upper left neighbour of the first output pixel of row 0. weights: [kx][step][ky]. A row of the tile, once
 * loaded, serves the three window rows.
 */
template <class E, int CHANNELS, int ROWS>
__device__ __forceinline__ void window_products(const unsigned char* tile, int first_row, const uint4* weights,
                                                float (&sums)[ROWS][4][4]) {
  const Lane own = own_lane();
  constexpr int steps = CHANNELS / (8 * E::values);
#pragma unroll 1
  for (int kx = 0; kx < 3; kx++) {
#pragma unroll 1
    for (int step = 0; step < steps; step++) {
      uint4 b[3][2];
#pragma unroll
      for (int ky = 0; ky < 3; ky++) {
        const uint4* from = weights + ((kx * steps + step) * 3 + ky) * step_size + own.lane;
        b[ky][0] = __ldg(from);
        b[ky][1] = __ldg(from + 32);
      }
      const int column = kx + own.lane % 16, chunk = step * 2 + own.lane / 16;
      const unsigned char* first = tile + chunk_offset<E, CHANNELS, tile_columns + 2>(first_row, column, chunk);
#pragma unroll
      for (int row = 0; row < ROWS + 2; row++) {
        uint32_t a[4];
        load_matrices(a, first + tile_bytes<E, CHANNELS, tile_columns + 2>(row));
#pragma unroll
        for (int ky = 0; ky < 3; ky++) {
          if (row - ky >= 0 && row - ky < ROWS) {
            multiply_add_pair<E>(sums[row - ky][0], sums[row - ky][1], a, b[ky][0]);
            multiply_add_pair<E>(sums[row - ky][2], sums[row - ky][3], a, b[ky][1]);
          }
        }
      }
    }
  }
}

}  // namespace ldct::cuda::tensor
