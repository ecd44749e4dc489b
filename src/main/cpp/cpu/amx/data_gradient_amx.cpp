#include "cpu/amx/epilogue.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

// Gradient of layer 2's output: 25 taps are one chunk.
template <int planes, int rows>
LDCT_INLINE void gradient2_block(const Convolution& c, int64_t x, int64_t valid, Wide& total) {
  Block block;
  zero_sums<rows, 2>();
  multiply_add<planes, rows, 2>({c.in[0] + x * strip3, c.in_plane, 16 * strip3, strip3 * int64_t{sizeof(bf16)}},
                                {c.weights[0], c.weights_plane, weight_tile, tile_row_bytes});
  store_sums<rows, 2>(block.at[0], 32, 16 * 32, 16);
  block.clear(valid, block_pixels);
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
    bf16* planar = c.planar.at + plane * c.planar.plane + x;
    for (int i = 0; i < 16; i++) {
      const int channel = 8 * (i / 4) + i % 4;
      store(planar + channel * c.planar_pitch, low[i]);
      store(planar + (channel + 4) * c.planar_pitch, high[i]);
    }
  }
}

template <int planes>
void gradient2_row(const Convolution& c) {
  Wide total{_mm512_setzero_ps(), _mm512_setzero_ps()};
  for (int64_t x = 0; x < c.width; x += block_pixels) {
    const int64_t valid = c.width - x;
    if (valid > 16) {
      gradient2_block<planes, 2>(c, x, valid, total);
    } else {
      gradient2_block<planes, 1>(c, x, valid, total);
    }
  }
  if (c.bias_gradient) {
    add_to(c.bias_gradient, total);
  }
}

// Gradient of layer 1's output.
template <int planes, int rows>
LDCT_INLINE void gradient1_block(const Convolution& c, int64_t x, int64_t valid) {
  for (int half = 0; half < 2; half++) {
    Block block;
    zero_sums<rows, 2>();
    for (int t = 0; t < c.tap_rows; t++) {
      const bf16* in = c.in[t] + x * channels2;
      const bf16* weights = c.weights[t] + half * 2 * weight_tile;
      for (int k = 0; k < kernel2; k++) {
        multiply_add<planes, rows, 2>(
            {in + k * 32, c.in_plane, 16 * channels2, channels2 * int64_t{sizeof(bf16)}},
            {weights + k * 4 * weight_tile, c.weights_plane, weight_tile, tile_row_bytes});
      }
    }
    store_sums<rows, 2>(block.at[0], 32, 16 * 32, 16);
    block.clear(valid, rows * 16);
    const bf16* gate = c.gate + x * channels1 + half * 32;
    bf16* pairs = c.pairs.at + x * channels1 + half * 64;
    Wide total{_mm512_setzero_ps(), _mm512_setzero_ps()};
    for (int64_t p = 0; p < rows * 16; p += 2) {
      Wide even = gate_pixel(block, p, gate, channels1, total);
      Wide odd = gate_pixel(block, p + 1, gate, channels1, total);
      for (int plane = 0; plane < planes; plane++) {
        __m512i first = take_plane<planes>(even, plane), second = take_plane<planes>(odd, plane);
        store_pair(pairs + plane * c.pairs.plane + p * channels1, first, second);
      }
    }
    add_to(c.bias_gradient + half * 32, total);
  }
}

template <int planes>
void gradient1_row(const Convolution& c) {
  for (int64_t x = 0; x < c.width; x += block_pixels) {
    const int64_t valid = c.width - x;
    if (valid > 16) {
      gradient1_block<planes, 2>(c, x, valid);
    } else {
      gradient1_block<planes, 1>(c, x, valid);
    }
  }
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
template void TileKernels<3>::layer3_data_gradient(const Convolution&);
template void TileKernels<3>::layer2_data_gradient(const Convolution&);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
