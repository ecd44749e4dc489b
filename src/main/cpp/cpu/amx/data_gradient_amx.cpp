#include "cpu/amx/epilogue.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

// Gradient of layer 2's output: 25 taps are one chunk.
template <int planes, int rows>
LDCT_INLINE void gradient2_block(const Convolution& c, int64_t x, Wide& total) {
  Block block;
  zero_sums<rows, 2>();
  multiply_add<planes, rows, 2>({c.in[0] + x * strip3, c.in_plane, 16 * strip3, strip3 * int64_t{sizeof(bf16)}},
                                {c.weights[0], c.weights_plane, weight_tile, tile_row_bytes});
  store_sums<rows, 2>(block.at[0], 32, 16 * 32, 16);
  block.clear(rows == 1 ? 0xffff0000u : 0);
  const bf16* gate = c.gate + x * channels2;
  for (int64_t p = 0; p < rows * 16; p++) {
    block.set_pixel(p, gate_pixel(block, p, gate, channels2, total));
  }
  for (int plane = 0; plane < planes; plane++) {
    __m512i low[16], high[16];
    for (int i = 0; i < 16; i++) {
      Wide even = block.pixel(2 * i), odd = block.pixel(2 * i + 1);
      __m512i first = take_plane<planes>(even, plane), second = take_plane<planes>(odd, plane);
      if (plane < planes - 1) {
        block.set_pixel(2 * i, even);
        block.set_pixel(2 * i + 1, odd);
      }
      if (2 * i < rows * 16) {
        bf16* to = c.pixels.at + plane * c.pixels.plane + (x + 2 * i) * channels2;
        store(to, first);
        store(to + channels2, second);
      }
      low[i] = _mm512_unpacklo_epi16(first, second);
      high[i] = _mm512_unpackhi_epi16(first, second);
    }
    transpose(low);
    transpose(high);
    bf16* planar = c.planar.at + plane * c.planar.plane + c.planar_tap + x * channels2;
    for (int i = 0; i < 16; i++) {
      const int channel = 8 * (i / 4) + i % 4;
      store(planar + channel * 32, low[i]);
      store(planar + (channel + 4) * 32, high[i]);
    }
  }
}

// Copies the planar row for the taps to the left and to the right, so that every tile is a run of
// whole cache lines.
template <int planes>
void shift_planar(const Convolution& c) {
  __m512i ascending = _mm512_set_epi16(31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12,
                                       11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i from_next = _mm512_add_epi16(ascending, _mm512_set1_epi16(1));
  const __m512i from_last = _mm512_add_epi16(ascending, _mm512_set1_epi16(31));
  constexpr int64_t block = block_pixels * channels2;
  for (int plane = 0; plane < planes; plane++) {
    bf16* row = c.planar.at + plane * c.planar.plane;
    for (int channel = 0; channel < channels2; channel++) {
      bf16* left = row + channel * 32;
      const bf16* middle = left + c.planar_tap;
      bf16* right = left + 2 * c.planar_tap;
      __m512i last = _mm512_setzero_si512(), here = _mm512_loadu_si512(middle);
      for (int64_t x = 0; x < c.width; x += block_pixels) {
        const int64_t at = x / block_pixels * block;
        const __m512i next =
            x + block_pixels < c.width ? _mm512_loadu_si512(middle + at + block) : _mm512_setzero_si512();
        store(left + at, _mm512_permutex2var_epi16(here, from_next, next));
        store(right + at, _mm512_permutex2var_epi16(last, from_last, here));
        last = here;
        here = next;
      }
    }
  }
}

template <int planes>
void gradient2_row(const Convolution& c) {
  Wide total{_mm512_setzero_ps(), _mm512_setzero_ps()};
  for (int64_t x = 0; x < c.width; x += block_pixels) {
    if (c.width - x > 16) {
      gradient2_block<planes, 2>(c, x, total);
    } else {
      gradient2_block<planes, 1>(c, x, total);
    }
  }
  if (c.bias_gradient) {
    add_to(c.bias_gradient, total);
  }
  shift_planar<planes>(c);
}

// Gradient of layer 1's output.
template <int planes>
void gradient1_row(const Convolution& c) {
  Block blocks[2];
  GradientTail<planes, channels1> tail;
  int next = 0;
  for (int half = 0; half < 2; half++) {
    for (int64_t x = 0; x < c.width; x += block_pixels) {
      const int64_t valid = c.width - x;
      Block& block = blocks[next];
      auto between = [&] { advance<2>(tail); };
      if (valid > 16) {
        convolve<planes, 2, kernel2, channels2, channels1, false>(c, x, half, block, between);
      } else {
        convolve<planes, 1, kernel2, channels2, channels1, false>(c, x, half, block, between);
      }
      finish(tail);
      tail = {};
      tail.block = &block;
      tail.count = valid > 16 ? 32 : 16;
      tail.gate = c.gate + x * channels1 + half * 32;
      tail.pairs = {c.pairs.at + half * c.pairs_group + x * 32, c.pairs.plane};
      tail.bias_gradient = c.bias_gradient + half * 32;
      next ^= 1;
    }
  }
  finish(tail);
}

}  // namespace

template <int planes>
void TileKernels<planes>::layer3_data_gradient(const Convolution& row) {
  gradient2_row<planes>(row);
}

template <int planes>
void TileKernels<planes>::layer2_data_gradient(const Convolution& row) {
  gradient1_row<planes>(row);
}

template void TileKernels<1>::layer3_data_gradient(const Convolution&);
template void TileKernels<1>::layer2_data_gradient(const Convolution&);
template void TileKernels<2>::layer3_data_gradient(const Convolution&);
template void TileKernels<2>::layer2_data_gradient(const Convolution&);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
