// What happens to a block of sums, float32 [pixels][32 channels], before it is stored as bfloat16.
// Included by *_amx.cpp only.
#pragma once

#include <cstring>

#include "cpu/amx/vectors.h"

namespace ldct {
namespace cpu {
namespace amx {

struct alignas(64) Block {
  float at[block_pixels][32];

  Wide pixel(int64_t p) const { return {_mm512_load_ps(at[p]), _mm512_load_ps(at[p] + 16)}; }
  void set_pixel(int64_t p, const Wide& values) {
    _mm512_store_ps(at[p], values.low);
    _mm512_store_ps(at[p] + 16, values.high);
  }
  // Pixels between images and beyond the row's end must come out as zero.
  LDCT_INLINE void clear(uint32_t pixels) {
    for (; pixels; pixels &= pixels - 1) {
      std::memset(at[__builtin_ctz(pixels)], 0, sizeof at[0]);
    }
  }
};

LDCT_INLINE void store_pair(bf16* to, __m512i even, __m512i odd) {
  store(to, _mm512_unpacklo_epi16(even, odd));
  store(to + 32, _mm512_unpackhi_epi16(even, odd));
}

LDCT_INLINE Wide positive(const Wide& x) {
  // A NaN in the second place stays.
  return {_mm512_max_ps(_mm512_setzero_ps(), x.low), _mm512_max_ps(_mm512_setzero_ps(), x.high)};
}

// x where the activation is positive, else zero.
LDCT_INLINE Wide gated(const Wide& x, const bf16* activation) {
  __m512i gate = _mm512_loadu_si512(activation);
  __mmask32 open = _mm512_test_epi16_mask(gate, gate);
  return {_mm512_maskz_mov_ps(static_cast<__mmask16>(open), x.low),
          _mm512_maskz_mov_ps(static_cast<__mmask16>(open >> 16), x.high)};
}

// Sums of one block for output channels [32 * half, 32 * half + 32); between() runs after each step.
template <int planes, int rows, int chunks, int pixel_elements, int channels, bool with_bias, class Between>
LDCT_INLINE void convolve(const Convolution& c, int64_t x, int half, Block& block, const Between& between) {
  if constexpr (with_bias) {
    load_sums<rows, 2>(c.bias + half * 32, 0, 0, 16);
  } else {
    zero_sums<rows, 2>();
  }
  for (int t = 0; t < c.tap_rows; t++) {
    const bf16* in = c.in[t] + x * pixel_elements;
    const bf16* weights = c.weights[t] + half * 2 * weight_tile;
    for (int k = 0; k < chunks; k++) {
      multiply_add<planes, rows, 2>(
          {in + k * 32, c.in_plane, 16 * pixel_elements, pixel_elements * int64_t{sizeof(bf16)}},
          {weights + k * (channels / 16) * weight_tile, c.weights_plane, weight_tile, tile_row_bytes});
      between();
    }
  }
  store_sums<rows, 2>(block.at[0], 32, 16 * 32, 16);
}

// The tail of a block's work, done in small pieces between the products of the next block: vector
// units and matrix unit then work at the same time.
struct Tail {
  const Block* block = nullptr;
  int64_t at = 0, count = 0;  // pixels done and to do
};

// ReLU. pixels and pairs point at the block's first pixel and channel.
template <int planes, int channels, bool with_pairs>
struct ActivationTail : Tail {
  Planes pixels{}, pairs{};

  LDCT_INLINE void advance() {
    Wide even = positive(block->pixel(at)), odd = positive(block->pixel(at + 1));
    for (int plane = 0; plane < planes; plane++) {
      __m512i first = take_plane<planes>(even, plane), second = take_plane<planes>(odd, plane);
      bf16* to = pixels.at + plane * pixels.plane + at * channels;
      store(to, first);
      store(to + channels, second);
      if constexpr (with_pairs) {
        store_pair(pairs.at + plane * pairs.plane + at * 32, first, second);
      }
    }
    at += 2;
  }
};

template <int steps, class Work>
LDCT_INLINE void advance(Work& work) {
  for (int i = 0; i < steps; i++) {
    if (work.at < work.count) {
      work.advance();
    }
  }
}

template <class Work>
LDCT_INLINE void finish(Work& work) {
  while (work.at < work.count) {
    work.advance();
  }
}

// Zeroes what the activation stopped and adds up the channels.
LDCT_INLINE Wide gate_pixel(const Block& block, int64_t p, const bf16* gate, int channels, Wide& total) {
  Wide x = gated(block.pixel(p), gate + p * channels);
  total.low = _mm512_add_ps(total.low, x.low);
  total.high = _mm512_add_ps(total.high, x.high);
  return x;
}

LDCT_INLINE void add_to(float* sums, const Wide& total) {
  _mm512_storeu_ps(sums, _mm512_add_ps(_mm512_loadu_ps(sums), total.low));
  _mm512_storeu_ps(sums + 16, _mm512_add_ps(_mm512_loadu_ps(sums + 16), total.high));
}

// The gradient of a ReLU's input: only pairs are wanted. gate points at the block's first pixel and
// channel.
template <int planes, int channels>
struct GradientTail : Tail {
  const bf16* gate = nullptr;
  Planes pairs{};
  float* bias_gradient = nullptr;
  Wide total{_mm512_setzero_ps(), _mm512_setzero_ps()};

  LDCT_INLINE void advance() {
    Wide even = gate_pixel(*block, at, gate, channels, total);
    Wide odd = gate_pixel(*block, at + 1, gate, channels, total);
    for (int plane = 0; plane < planes; plane++) {
      __m512i first = take_plane<planes>(even, plane), second = take_plane<planes>(odd, plane);
      store_pair(pairs.at + plane * pairs.plane + at * 32, first, second);
    }
    at += 2;
    if (at == count) {
      add_to(bias_gradient, total);
    }
  }
};

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
