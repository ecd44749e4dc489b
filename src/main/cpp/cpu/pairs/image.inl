// Layer 1's windows: components of the image under its nine groups of taps, in pairs. Included by *_avx512bf16.cpp only.
#pragma once

#include "cpu/pairs/winograd.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// Where windows begin that so many blocks of a row read.
constexpr Step window_positions(Step blocks) { return block_edge * (blocks - 1) + 3 * (groups1 - 1) + 1; }
constexpr Step whole_vectors(Step positions) { return (positions + lanes - 1) / lanes * lanes; }

// B^T of the columns of each row of groups.
struct ImageColumns {
  float rows[groups1][window_edge][whole_vectors(window_positions(most_blocks)) + 2 * lanes];

  ImageColumns(const float* const in[image_rows], Step first, Step pixels) {
    for (int group = 0; group < groups1; group++) {
      for (Step x = 0; x < pixels; x += lanes) {
        __m512 column[window_edge], transformed[window_edge];
#pragma GCC unroll 6
        for (int y = 0; y < window_edge; y++) {
          column[y] = _mm512_loadu_ps(in[3 * group + y] + first + x);
        }
        Winograd::input(column, transformed);
#pragma GCC unroll 6
        for (int y = 0; y < window_edge; y++) {
          _mm512_storeu_ps(rows[group][y] + x, transformed[y]);
        }
      }
    }
  }

  // Components [y][0..] of the windows from `x` on, one in each lane.
  void windows(int group, int y, Step x, __m512 transformed[window_edge]) const {
    __m512 row[window_edge];
#pragma GCC unroll 6
    for (int i = 0; i < window_edge; i++) {
      row[i] = _mm512_loadu_ps(rows[group][y] + x + i);
    }
    Winograd::input(row, transformed);
  }
};

inline void store_pairs(const __m512 first[window_edge], const __m512 second[window_edge], bf16* to, Step pitch) {
#pragma GCC unroll 6
  for (int i = 0; i < window_edge; i++) {
    _mm512_storeu_si512(to + i * pitch, pair(first[i], second[i]));
  }
}

}  // namespace
}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
