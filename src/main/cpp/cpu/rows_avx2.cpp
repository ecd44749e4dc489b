// Row kernels for AVX2 with FMA.
#include <immintrin.h>

namespace ldct {
namespace cpu {
namespace {

using Vector = __m256;
constexpr int WIDTH = 8, REGISTERS = 16;

inline Vector load(const float* p) { return _mm256_loadu_ps(p); }
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

}  // namespace
}  // namespace cpu
}  // namespace ldct

#include "cpu/rows.inl"

LDCT_ROW_KERNELS(kernels_avx2, "avx2")
