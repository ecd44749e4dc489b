// What the AMX kernels share: tile shapes, splitting float32 into bfloat16 terms, and the two orders
// that tile products want. For *_amx.cpp only; everything is in an unnamed namespace.
//
// A tile product adds A [16 rows][32] times B [16 pairs][16 columns][2] to C [16][16]: A is read as
// it lies in memory, B has two consecutive k interleaved.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "cpu/kernels.h"

namespace ldct {
namespace cpu {
namespace {

using Bf16 = uint16_t;
constexpr int tile = 16;    // rows, and columns of float32
constexpr int tile_k = 32;  // bfloat16 of a row of A

// Tiles 0-3 are C, 4 and 5 A, 6 and 7 B; c_rows is the height of A and C.
struct alignas(64) TileShapes {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};

inline void configure(int c_rows) {
  TileShapes shapes{};
  shapes.palette = 1;
  for (int i = 0; i < 8; i++) {
    shapes.row_bytes[i] = 64;
    shapes.rows[i] = static_cast<uint8_t>(i < 6 ? c_rows : tile);
  }
  _tile_loadconfig(&shapes);
}

inline __m512i as_bits(__m512bh v) { return reinterpret_cast<__m512i>(v); }

// Takes the leading bfloat16 term out of 32 floats (a first) and leaves the rest.
inline __m512i take_term(__m512& a, __m512& b) {
  __m512i term = as_bits(_mm512_cvtne2ps_pbh(b, a));
  a = _mm512_sub_ps(a, _mm512_castsi512_ps(_mm512_slli_epi32(
                           _mm512_cvtepu16_epi32(_mm512_castsi512_si256(term)), 16)));
  b = _mm512_sub_ps(b, _mm512_castsi512_ps(_mm512_slli_epi32(
                           _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(term, 1)), 16)));
  return term;
}

// Splits count floats (a multiple of 32) into TERMS rows of bfloat16, `plane` elements apart.
template <int TERMS>
inline void split(const float* in, int64_t count, Bf16* out, int64_t plane) {
  for (int64_t i = 0; i < count; i += tile_k) {
    __m512 a = _mm512_loadu_ps(in + i), b = _mm512_loadu_ps(in + i + tile);
    for (int term = 0; term < TERMS; term++) {
      _mm512_storeu_si512(out + term * plane + i, take_term(a, b));
    }
  }
}

// As above for any count; the last 32 are filled up with zeros.
template <int TERMS>
inline void split_any(const float* in, int64_t count, Bf16* out, int64_t plane) {
  int64_t whole = count / tile_k * tile_k;
  split<TERMS>(in, whole, out, plane);
  if (whole < count) {
    float rest[tile_k] = {};
    std::memcpy(rest, in + whole, static_cast<size_t>(count - whole) * sizeof(float));
    split<TERMS>(rest, tile_k, out + whole, plane);
  }
}

// Interleaves two rows of CHANNELS floats into CHANNELS pairs: one row of a B operand.
template <int TERMS, int CHANNELS>
inline void interleave(const float* first, const float* second, Bf16* out, int64_t plane) {
  alignas(64) static const uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const __m512i pairs = _mm512_load_si512(order);
  for (int c = 0; c < CHANNELS; c += tile) {
    __m512 a = _mm512_loadu_ps(first + c), b = _mm512_loadu_ps(second + c);
    for (int term = 0; term < TERMS; term++) {
      _mm512_storeu_si512(out + term * plane + 2 * c, _mm512_permutexvar_epi16(pairs, take_term(a, b)));
    }
  }
}

// The products of terms that count: those whose sizes add up to at most that of the last term.
// load_a(term) and load_b(term) fill tiles 4, 5 and 6, 7; multiply() adds their products.
template <int TERMS, class LoadA, class LoadB, class Multiply>
inline void products(const LoadA& load_a, const LoadB& load_b, const Multiply& multiply) {
  for (int a = TERMS - 1; a >= 0; a--) {
    load_a(a);
    for (int b = TERMS - 1 - a; b >= 0; b--) {
      load_b(b);
      multiply();
    }
  }
}

// Weights of a step as B operands: [term][...][pair of k][output channel][2].
constexpr int64_t layer1_operands = 3 * tile_k * 64;      // three tap rows at a time, k = column * 3 + row
constexpr int64_t layer2_operands = 9 * 64 * 32;          // k = tap, input channel
constexpr int64_t data_gradient2_operands = 9 * 32 * 64;  // k = turned tap, output channel
constexpr int64_t operand_plane = layer1_operands + layer2_operands + data_gradient2_operands;

}  // namespace
}  // namespace cpu
}  // namespace ldct
