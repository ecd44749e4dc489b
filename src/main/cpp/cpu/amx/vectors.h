// Vectors of float32 to planes of bfloat16 and their rearrangement. Included by *_amx.cpp only.
#pragma once

#include <immintrin.h>

#include "cpu/amx/product.h"
#include "cpu/transpose.inl"

namespace ldct {
namespace cpu {
namespace amx {

// 32 float32 values: the upper half of every lane is about to become a bfloat16.
struct Wide {
  __m512 low, high;
};

// Takes the next plane off `rest`: 32 bfloat16 values in order. The last plane is rounded to nearest, one before it is
// cut off, so that what remains is exact.
template <int planes>
LDCT_INLINE __m512i take_plane(Wide& rest, int plane) {
  if (plane == planes - 1) {
    return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(rest.high, rest.low));
  }
  const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xffff0000u));
  const __m512i odd_words =
      _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19,
                       17, 15, 13, 11, 9, 7, 5, 3, 1);
  __m512i low = _mm512_castps_si512(rest.low), high = _mm512_castps_si512(rest.high);
  rest.low = _mm512_sub_ps(rest.low, _mm512_castsi512_ps(_mm512_and_si512(low, upper)));
  rest.high = _mm512_sub_ps(rest.high, _mm512_castsi512_ps(_mm512_and_si512(high, upper)));
  return _mm512_permutex2var_epi16(low, odd_words, high);
}

// Takes the next plane off two vectors: lane = (low[lane], high[lane]).
template <int planes>
LDCT_INLINE __m512i take_interleaved(Wide& rest, int plane) {
  if (plane == planes - 1) {
    __m512i low = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(rest.low)));
    __m512i high = _mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(rest.high)));
    return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
  }
  const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xffff0000u));
  __m512i low = _mm512_and_si512(_mm512_castps_si512(rest.low), upper);
  __m512i high = _mm512_and_si512(_mm512_castps_si512(rest.high), upper);
  rest.low = _mm512_sub_ps(rest.low, _mm512_castsi512_ps(low));
  rest.high = _mm512_sub_ps(rest.high, _mm512_castsi512_ps(high));
  return _mm512_or_si512(_mm512_srli_epi32(low, 16), high);
}

LDCT_INLINE void store(bf16* to, __m512i values) { _mm512_storeu_si512(to, values); }

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
