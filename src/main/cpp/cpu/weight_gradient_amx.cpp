// Weight gradients on AMX tiles: the sum over pixels is the k of the tile product.
#include "cpu/network.h"
#include "cpu/tile_kernels.h"
#include "cpu/tiles_amx.h"

namespace ldct {
namespace cpu {
namespace {

constexpr int64_t chunk = 128;  // pixels a pass

int64_t whole_steps(int64_t pixels) { return (pixels + tile_k - 1) / tile_k; }

// 16 x 16 elements of 32 bits.
inline void transpose(__m512i* r) {
  __m512i t[tile];
  for (int i = 0; i < tile; i += 2) {
    t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  }
  for (int i = 0; i < tile; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

// 32 pixels of 64 channels to channel rows of `chunk` pixels; pixels beyond `pixels` become zero.
template <int TERMS>
inline void turn_pixels(const float* in, int64_t pixels, Bf16* out, int64_t plane) {
  alignas(64) static const uint16_t low[32] = {0,  2,  4,  6,  8,  10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
                                               32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62};
  const __m512i even = _mm512_load_si512(low), odd = _mm512_add_epi16(even, _mm512_set1_epi16(1));
  for (int c = 0; c < channels1; c += tile_k) {
    __m512i terms[2][TERMS][tile];
    for (int p = 0; p < 2 * tile; p++) {
      __m512 a = _mm512_setzero_ps(), b = a;
      if (p < pixels) {
        a = _mm512_loadu_ps(in + p * channels1 + c);
        b = _mm512_loadu_ps(in + p * channels1 + c + tile);
      }
      for (int term = 0; term < TERMS; term++) {
        terms[p / tile][term][p % tile] = take_term(a, b);
      }
    }
    for (int term = 0; term < TERMS; term++) {
      transpose(terms[0][term]);
      transpose(terms[1][term]);
      for (int i = 0; i < tile; i++) {
        Bf16* row = out + term * plane + (c + 2 * i) * chunk;
        _mm512_store_si512(row, _mm512_permutex2var_epi16(terms[0][term][i], even, terms[1][term][i]));
        _mm512_store_si512(row + chunk, _mm512_permutex2var_epi16(terms[0][term][i], odd, terms[1][term][i]));
      }
    }
  }
}

// Pairs of pixels from, from + 1, ... as rows of B; pixels outside [begin, end) count as zero.
template <int TERMS, int CHANNELS>
inline void pair_pixels(const float* row, int64_t from, int64_t pairs, int64_t begin, int64_t end, Bf16* out,
                        int64_t plane) {
  static const float zeros[CHANNELS] = {};
  auto pixel = [&](int64_t p) { return p >= begin && p < end ? row + p * CHANNELS : zeros; };
  for (int64_t i = 0; i < pairs; i++) {
    interleave<TERMS, CHANNELS>(pixel(from + 2 * i), pixel(from + 2 * i + 1), out + i * 2 * CHANNELS, plane);
  }
}

// Adds to 32 x 32 gradients: A has channel rows of `chunk` pixels, B pairs of pixels of 32 channels.
template <int TERMS>
inline void add_square(const Bf16* a, int64_t a_plane, const Bf16* b, int64_t b_plane, int64_t steps,
                       float* gradient) {
  constexpr int stride = channels2 * 4;
  float* below = gradient + tile * channels2;
  _tile_loadd(0, gradient, stride);
  _tile_loadd(1, gradient + tile, stride);
  _tile_loadd(2, below, stride);
  _tile_loadd(3, below + tile, stride);
  for (int64_t k = 0; k < steps; k++, a += tile_k, b += tile_k * channels2) {
    products<TERMS>(
        [&](int term) {
          _tile_loadd(4, a + term * a_plane, chunk * 2);
          _tile_loadd(5, a + term * a_plane + tile * chunk, chunk * 2);
        },
        [&](int term) {
          _tile_loadd(6, b + term * b_plane, stride);
          _tile_loadd(7, b + term * b_plane + 2 * tile, stride);
        },
        [] {
          _tile_dpbf16ps(0, 4, 6);
          _tile_dpbf16ps(1, 4, 7);
          _tile_dpbf16ps(2, 5, 6);
          _tile_dpbf16ps(3, 5, 7);
        });
  }
  _tile_stored(0, gradient, stride);
  _tile_stored(1, gradient + tile, stride);
  _tile_stored(2, below, stride);
  _tile_stored(3, below + tile, stride);
}

}  // namespace

// The input row is turned once; the output gradients are paired twice, because a shift by one pixel
// (the taps left and right of the middle) changes which pixels are partners.
template <int TERMS>
void TileWeightGradient<TERMS>::layer2(const WeightGradientRow& row) {
  constexpr int64_t a_plane = channels1 * chunk, pairs = chunk / 2 + 1, b_plane = pairs * 2 * channels2;
  alignas(64) Bf16 a[TERMS * a_plane];
  alignas(64) Bf16 straight[TERMS * b_plane], shifted[TERMS * b_plane];
  configure(tile);
  for (int64_t from = 0; from < row.width; from += chunk) {
    const int64_t pixels = row.width - from < chunk ? row.width - from : chunk, steps = whole_steps(pixels);
    const float* in = row.in[0] + (pad2 + from) * channels1;
    for (int64_t p = 0; p < pixels; p += tile_k) {
      turn_pixels<TERMS>(in + p * channels1, pixels - p, a + p, a_plane);
    }
    for (int t = 0; t < row.tap_rows; t++) {
      const float* delta = row.delta[t] + from * channels2;
      const int64_t begin = -from, end = row.width - from;
      pair_pixels<TERMS, channels2>(delta, 0, steps * tile, begin, end, straight, b_plane);
      pair_pixels<TERMS, channels2>(delta, -1, steps * tile + 1, begin, end, shifted, b_plane);
      // Tap column k meets the output pixel 1 - k to the right of the input pixel.
      const Bf16* partners[] = {shifted + 2 * channels2, straight, shifted};
      for (int k = 0; k < kernel2; k++) {
        for (int c = 0; c < channels1; c += 2 * tile) {
          add_square<TERMS>(a + c * chunk, a_plane, partners[k], b_plane, steps,
                            row.gradient[t] + (k * channels1 + c) * channels2);
        }
      }
    }
  }
  _tile_release();
}

// A's nine rows are the image row read from nine neighbouring pixels on.
template <int TERMS>
void TileWeightGradient<TERMS>::layer1(const WeightGradientRow& row) {
  constexpr int64_t a_plane = chunk + 2 * tile_k, b_plane = chunk * channels1;
  constexpr int stride = channels1 * 4;
  alignas(64) Bf16 a[TERMS * a_plane] = {};
  alignas(64) Bf16 b[TERMS * b_plane];
  configure(kernel1);
  for (int64_t from = 0; from < row.width; from += chunk) {
    const int64_t pixels = row.width - from < chunk ? row.width - from : chunk, steps = whole_steps(pixels);
    pair_pixels<TERMS, channels1>(row.delta[0] + from * channels1, 0, steps * tile, 0, pixels, b, b_plane);
    for (int t = 0; t < row.tap_rows; t++) {
      split_any<TERMS>(row.in[t] + from, pixels + kernel1 - 1, a, a_plane);
      for (int c = 0; c < channels1; c += 2 * tile) {
        float* gradient = row.gradient[t] + c;
        _tile_loadd(0, gradient, stride);
        _tile_loadd(1, gradient + tile, stride);
        for (int64_t k = 0; k < steps; k++) {
          products<TERMS>(
              [&](int term) { _tile_loadd(4, a + term * a_plane + k * tile_k, 2); },
              [&](int term) {
                const Bf16* at = b + term * b_plane + (k * tile_k * channels1 + c * 2);
                _tile_loadd(6, at, stride);
                _tile_loadd(7, at + 2 * tile, stride);
              },
              [] {
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
              });
        }
        _tile_stored(0, gradient, stride);
        _tile_stored(1, gradient + tile, stride);
      }
    }
  }
  _tile_release();
}

template struct TileWeightGradient<1>;
template struct TileWeightGradient<2>;
template struct TileWeightGradient<3>;

}  // namespace cpu
}  // namespace ldct
