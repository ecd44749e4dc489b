// Vectors of AVX512_BF16 and the blocks of sums that its kernels keep in registers. Included by *_avx512bf16.cpp only.
#pragma once

#include "cpu/avx512.inl"
#include "cpu/pairs/kernels.h"
#include "cpu/pieces.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

constexpr int lanes = WIDTH;
// Pixels a block for so many vectors of channels: its sums, weights and a pixel fill the registers.
constexpr int pixels_a_block(int vectors) { return (REGISTERS - 2 - vectors) / vectors; }

inline __m512i load(const bf16* p) { return _mm512_loadu_si512(p); }
inline __m512i broadcast_pair(const bf16* p) {
  int32_t pair;
  __builtin_memcpy(&pair, p, sizeof pair);
  return _mm512_set1_epi32(pair);
}
inline __m512 dot(__m512i a, __m512i b, __m512 sum) {
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
}

// The float32 values of a pair's first and second pixel.
inline __m512 first_pixel(__m512i pairs) { return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)); }
inline __m512 second_pixel(__m512i pairs) {
  return _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(static_cast<int>(0xffff0000u))));
}

// Lane by lane (first, second), rounded to nearest.
inline __m512i pair(__m512 first, __m512 second) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5,
                                         20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first)));
}

// What becomes of the sums of a pair of pixels before they are rounded. at: the first lane's index in a row of pairs.
struct Activation {  // ReLU of the sums, which began with the bias
  static void finish(const bf16*, Step, __m512& first, __m512& second) {
    first = positive_part(first);
    second = positive_part(second);
  }
};
struct Gated {  // zero where the layer's input was not positive
  static void finish(const bf16* gate, Step at, __m512& first, __m512& second) {
    const __m512i gates = load(gate + at);
    first = where_positive(first_pixel(gates), first);
    second = where_positive(second_pixel(gates), second);
  }
};

// A row of pairs that is written; the partner of a last odd pixel becomes zero.
template <class FINISH>
struct OutRow {
  const bf16* gate;
  bf16* out;
  int64_t width;

  void store(Step pixel, Step at, __m512 first, __m512 second) const {
    FINISH::finish(gate, at, first, second);
    if (pixel + 1 == width) {
      second = _mm512_setzero_ps();
    }
    _mm512_storeu_si512(out + at, pair(first, second));
  }
};

template <int P, int V>
inline void clear(__m512 (&sums)[P][V]) {
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      sums[p][v] = _mm512_setzero_ps();
    }
  }
}

// sums[p][v] += the window of pixel p, of DEPTH pairs, times weights [DEPTH][CHANNELS][2]
template <int P, int V, int DEPTH, Step STRIDE, int CHANNELS>
inline void accumulate(const bf16* in, const bf16* weights, __m512 (&sums)[P][V]) {
  for (int k = 0; k < DEPTH; k++, in += 2, weights += 2 * CHANNELS) {
    __m512i w[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      w[v] = load(weights + v * 2 * lanes);
    }
#pragma GCC unroll 16
    for (int p = 0; p < P; p++) {
      const __m512i x = broadcast_pair(in + p * STRIDE);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) {
        sums[p][v] = dot(x, w[v], sums[p][v]);
      }
    }
  }
}

// gradient[k][channel] += (first: =) sum over `steps` pairs of in[step][k] * delta[step][channel], for K positions k and
// V vectors of channels. STEP and POSITION: values between two steps and two positions of `in`.
template <int K, int V, int STEP, int POSITION, int CHANNELS>
inline void accumulate_gradient(const bf16* in, const bf16* delta, Step steps, bool first, float* gradient) {
  __m512 sums[K][V];
  clear(sums);
  for (Step s = 0; s < steps; s++, in += STEP, delta += 2 * CHANNELS) {
    __m512i d[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) {
      d[v] = load(delta + v * 2 * lanes);
    }
#pragma GCC unroll 16
    for (int k = 0; k < K; k++) {
      const __m512i x = broadcast_pair(in + k * POSITION);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) {
        sums[k][v] = dot(x, d[v], sums[k][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int k = 0; k < K; k++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      float* at = gradient + k * CHANNELS + v * lanes;
      _mm512_storeu_ps(at, first ? sums[k][v] : _mm512_add_ps(_mm512_loadu_ps(at), sums[k][v]));
    }
  }
}

}  // namespace
}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
