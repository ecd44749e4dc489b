// Vectors of AVX-512 (F, BW, DQ, VL). Included by files that are compiled for it only.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "cpu/transpose.inl"

namespace ldct {
namespace cpu {
namespace {

using Vector = __m512;
constexpr int WIDTH = 16, REGISTERS = 32;

inline Vector load(const float* p) { return _mm512_loadu_ps(p); }
// From two whole vectors: a load across cache lines costs two.
template <int N>
inline Vector load_after(const float* p) {
  const __m512i low = _mm512_castps_si512(load(p)), high = _mm512_castps_si512(load(p + WIDTH));
  return _mm512_castsi512_ps(_mm512_alignr_epi32(high, low, N));
}
inline void store(float* p, Vector v) { _mm512_storeu_ps(p, v); }
inline Vector broadcast(float x) { return _mm512_set1_ps(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
// Both let NaN through, so that a diverged run shows.
inline Vector positive_part(Vector v) { return _mm512_max_ps(_mm512_setzero_ps(), v); }
inline Vector where_positive(Vector gate, Vector v) {
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(gate, _mm512_setzero_ps(), _CMP_NLE_UQ), v);
}
inline float sum(Vector v) { return _mm512_reduce_add_ps(v); }
inline void transpose_square(const float* from, int64_t from_pitch, float* to, int64_t to_pitch) {
  __m512i rows[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    rows[i] = _mm512_loadu_si512(from + i * from_pitch);
  }
  transpose(rows);
  for (int i = 0; i < WIDTH; i++) {
    _mm512_storeu_si512(to + i * to_pitch, rows[i]);
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
