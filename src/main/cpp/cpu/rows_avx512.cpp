// Row kernels for AVX-512 (F, BW, DQ, VL).
#include <cstdint>

#include "cpu/avx512.inl"
#include "cpu/transpose.inl"

namespace ldct {
namespace cpu {
namespace {

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

#include "cpu/rows.inl"

LDCT_ROW_KERNELS(kernels_avx512, "avx512")
