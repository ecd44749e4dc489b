// Row kernels for any x86-64 (SSE2, no fused multiply-add).
#include <emmintrin.h>

#include <cstdint>

namespace ldct {
namespace cpu {
namespace {

using Vector = __m128;
constexpr int WIDTH = 4, REGISTERS = 16;

inline Vector load(const float* p) { return _mm_loadu_ps(p); }
template <int N>
inline Vector load_after(const float* p) {
  return load(p + N);
}
inline void store(float* p, Vector v) { _mm_storeu_ps(p, v); }
inline Vector broadcast(float x) { return _mm_set1_ps(x); }
inline Vector multiply_add(Vector a, Vector b, Vector c) { return _mm_add_ps(_mm_mul_ps(a, b), c); }
inline Vector positive_part(Vector v) { return _mm_max_ps(_mm_setzero_ps(), v); }
inline Vector where_positive(Vector gate, Vector v) { return _mm_and_ps(_mm_cmpnle_ps(gate, _mm_setzero_ps()), v); }
inline float sum(Vector v) {
  v = _mm_add_ps(v, _mm_movehl_ps(v, v));
  return _mm_cvtss_f32(_mm_add_ss(v, _mm_shuffle_ps(v, v, 1)));
}
inline void transpose_square(const float* from, int64_t from_pitch, float* to, int64_t to_pitch) {
  __m128 rows[WIDTH];
  for (int i = 0; i < WIDTH; i++) {
    rows[i] = load(from + i * from_pitch);
  }
  _MM_TRANSPOSE4_PS(rows[0], rows[1], rows[2], rows[3]);
  for (int i = 0; i < WIDTH; i++) {
    store(to + i * to_pitch, rows[i]);
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct

#include "cpu/rows.inl"

LDCT_ROW_KERNELS(kernels_plain, "plain")
