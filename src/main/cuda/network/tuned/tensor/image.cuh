// A piece of a one-channel float32 image in shared memory as words: every pixel with as many right neighbours as a word
// holds, so that any pixel can begin one.
#pragma once

#include "network/tuned/tensor/fragments.cuh"

namespace ldct::cuda::tensor {

// to [ROWS][PITCH]; zero outside the image.
template <class E, int ROWS, int COLUMNS, int PITCH, int THREADS>
__device__ __forceinline__ void load_image(const float* image, const Tiles& tiles, int first_row, int first_column,
                                           uint32_t* to) {
  for (int i = static_cast<int>(threadIdx.x); i < ROWS * COLUMNS; i += THREADS) {
    const int r = i / COLUMNS, c = i % COLUMNS, row = first_row + r;
    const float* from = image + static_cast<int64_t>(row) * tiles.columns;
    float values[E::values];
#pragma unroll
    for (int j = 0; j < E::values; j++) {
      const int column = first_column + c + j;
      const bool inside = row >= 0 && row < tiles.rows && column >= 0 && column < tiles.columns;
      values[j] = inside ? from[column] : 0.0f;
    }
    to[r * PITCH + c] = E::word(values);
  }
}

/*
 * Where the words of a window lie, from the window's first pixel on: of this lane, for each step, as a[0] and a[2]. The
 * window has ROWS rows of ROW_WORDS; what is beyond has weight zero.
 */
template <class E, int STEPS, int ROWS, int ROW_WORDS, int PITCH>
__device__ __forceinline__ void window_offsets(int t, int (&offsets)[STEPS][2]) {
#pragma unroll
  for (int i = 0; i < STEPS * 2; i++) {
    const int word = i * 4 + t, ky = word / ROW_WORDS;
    offsets[i / 2][i % 2] = ky < ROWS ? ky * PITCH + word % ROW_WORDS * E::values : 0;
  }
}

// A left factor whose depth is a window: of the windows that begin at upper (row g) and lower (row g + 8).
__device__ __forceinline__ void gather_windows(uint32_t (&a)[4], const uint32_t* upper, const uint32_t* lower,
                                               const int (&offsets)[2]) {
  a[0] = upper[offsets[0]];
  a[1] = lower[offsets[0]];
  a[2] = upper[offsets[1]];
  a[3] = lower[offsets[1]];
}

}  // namespace ldct::cuda::tensor
