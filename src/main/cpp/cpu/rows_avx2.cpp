// Row kernels for AVX2 with FMA.
#include <immintrin.h>

#include <cstdint>

namespace ldct {
namespace cpu {
namespace {

using Vector = __m256;
constexpr int WIDTH = 8, REGISTERS = 16;

inline Vector load(const float* p) { return _mm256_loadu_ps(p); }
template <int N>
inline Vector load_after(const float* p) {
  return load(p + N);
}
inline void store(float* p, Vector v) { _mm256_storeu_ps(p, v); }
inline Vector broadcast(float x) { return _mm256_set1_ps(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
inline Vector positive_part(Vector v) { return _mm256_max_ps(_mm256_setzero_ps(), v); }
inline Vector where_positive(Vector gate, Vector v) {
  return _mm256_and_ps(_mm256_cmp_ps(gate, _mm256_setzero_ps(), _CMP_NLE_UQ), v);
}
inline float sum(Vector v) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}
inline void transpose_square(const float* from, int64_t from_pitch, float* to, int64_t to_pitch) {
  __m256 rows[WIDTH], pairs[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    rows[i] = load(from + i * from_pitch);
  }
  for (int i = 0; i < WIDTH; i += 2) {
    pairs[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
    pairs[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < WIDTH; i += 4) {
    rows[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
    rows[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
    rows[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
    rows[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
  }
  for (int i = 0; i < 4; i++) {
    store(to + i * to_pitch, _mm256_permute2f128_ps(rows[i], rows[i + 4], 0x20));
    store(to + (i + 4) * to_pitch, _mm256_permute2f128_ps(rows[i], rows[i + 4], 0x31));
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct

#include "cpu/rows.inl"

LDCT_ROW_KERNELS(kernels_avx2, "avx2")
