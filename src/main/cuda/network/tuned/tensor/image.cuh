// A piece of a one-channel float32 image in shared memory as words: every pixel with as many right neighbours as a word
// holds, so that any pixel can begin one.
#pragma once

#include "network/tuned/tensor/fragments.cuh"

namespace ldct::cuda::tensor {

// to [ROWS][PITCH]: from MARGIN pixels above and left of the tile on; zero outside the image.
template <class E, int ROWS, int COLUMNS, int PITCH, int MARGIN, int THREADS>
__device__ __forceinline__ void load_image(const float* images, const Tiles& tiles, const Place& at, uint32_t* to) {
  for (int i = static_cast<int>(threadIdx.x); i < ROWS * COLUMNS; i += THREADS) {
    const int row = i / COLUMNS, column = i % COLUMNS;
    const float* from = images + tiles.pixel(at, row - MARGIN, column - MARGIN);
    float values[E::values];
#pragma unroll
    for (int j = 0; j < E::values; j++) {
      values[j] = tiles.inside(at, row - MARGIN, column - MARGIN + j) ? from[j] : 0.0f;
    }
    to[row * PITCH + column] = E::word(values);
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
