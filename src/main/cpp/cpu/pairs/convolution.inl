// Convolutions of one input channel. Included by *_avx512bf16.cpp only.
#pragma once

#include "cpu/pairs/dot.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

template <class FINISH, int TAP_PAIRS, int CHANNELS>
struct OneChannel {
  static constexpr int vectors = CHANNELS / lanes;
  // With two vectors a pair less than the sums leave room for: what ends a row wants registers too.
  static constexpr int pixel_pairs = vectors == 2 ? 6 : pixels_a_block(vectors) / 2;

  template <int PAIRS>
  struct Block {
    static void run(const Convolution& row, Step pixel) {
      __m512 sums[2 * PAIRS][vectors];
      clear(sums);
      for (int t = 0; t < row.tap_rows; t++) {
        accumulate<2 * PAIRS, vectors, TAP_PAIRS, 1, CHANNELS>(row.in[t] + pixel, row.weights[t], sums);
      }
      const OutRow<FINISH> out{row.gate, row.out, row.width};
#pragma GCC unroll 16
      for (int p = 0; p < 2 * PAIRS; p += 2) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
          out.store(pixel + p, (pixel + p) * CHANNELS + v * 2 * lanes, sums[p][v], sums[p + 1][v]);
        }
      }
    }
  };

  static void run(const Convolution& row) {
    balanced_pieces((row.width + 1) / 2, pixel_pairs, [&](Step first, Step count) {
      with_constant<pixel_pairs, Block>(count, row, 2 * first);
    });
  }
};

}  // namespace
}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
