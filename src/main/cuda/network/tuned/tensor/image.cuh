// A piece of a one-channel float32 image in shared memory, as bfloat16 pairs of neighbours: any pixel can begin a pair.
#pragma once

#include "network/tuned/tensor/fragments.cuh"

namespace ldct::cuda::tensor {

// to [ROWS][PITCH]: the pixel in the low half, its right neighbour in the high; zero outside the image.
template <int ROWS, int COLUMNS, int PITCH>
__device__ __forceinline__ void load_pairs(const float* image, const Tiles& tiles, int first_row, int first_column,
                                           uint32_t* to) {
  for (int i = static_cast<int>(threadIdx.x); i < ROWS * COLUMNS; i += threads) {
    const int r = i / COLUMNS, c = i % COLUMNS, row = first_row + r, column = first_column + c;
    const float* pixel = image + static_cast<int64_t>(row) * tiles.columns + column;
    const bool inside = row >= 0 && row < tiles.rows;
    const float low = inside && column >= 0 && column < tiles.columns ? pixel[0] : 0.0f;
    const float high = inside && column + 1 >= 0 && column + 1 < tiles.columns ? pixel[1] : 0.0f;
    to[r * PITCH + c] = pack_bfloat16(low, high);
  }
}

/*
 * Where the pairs of a window's taps lie, from the window's first pixel on: of this lane, for each step of 16 taps and
 * both halves. The window's rows have ROW_TAPS taps (even), ROWS of them; what is beyond has weight zero.
 */
template <int STEPS, int ROWS, int ROW_TAPS, int PITCH>
__device__ __forceinline__ void tap_offsets(int t, int (&offsets)[STEPS][2]) {
#pragma unroll
  for (int i = 0; i < STEPS * 2; i++) {
    const int tap = i * 8 + 2 * t, ky = tap / ROW_TAPS;
    offsets[i / 2][i % 2] = ky < ROWS ? ky * PITCH + tap % ROW_TAPS : 0;
  }
}

// Rows g and g + 8 of a left factor whose columns are taps: windows that begin at upper and lower.
__device__ __forceinline__ void gather_taps(uint32_t (&a)[4], const uint32_t* upper, const uint32_t* lower,
                                            const int (&offsets)[2]) {
  a[0] = upper[offsets[0]];
  a[1] = lower[offsets[0]];
  a[2] = upper[offsets[1]];
  a[3] = lower[offsets[1]];
}

}  // namespace ldct::cuda::tensor
