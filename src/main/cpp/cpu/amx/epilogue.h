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
  // The tiles hold pixels beyond the row's end: they must come out as zero.
  LDCT_INLINE void clear(int64_t from, int64_t to) {
    if (from < to) {
      std::memset(at[from], 0, static_cast<size_t>(to - from) * sizeof at[0]);
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

// pixels and pairs point at the block's first pixel and channel.
template <int planes, bool with_pairs>
LDCT_INLINE void activate(const Block& block, int64_t count, int channels, const Planes& pixels, const Planes& pairs) {
  for (int64_t p = 0; p < count; p += 2) {
    Wide even = positive(block.pixel(p)), odd = positive(block.pixel(p + 1));
    for (int plane = 0; plane < planes; plane++) {
      __m512i first = take_plane<planes>(even, plane), second = take_plane<planes>(odd, plane);
      bf16* to = pixels.at + plane * pixels.plane + p * channels;
      store(to, first);
      store(to + channels, second);
      if constexpr (with_pairs) {
        store_pair(pairs.at + plane * pairs.plane + p * channels, first, second);
      }
    }
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

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
