// Layer 2 forward and backward, two rows at a time by Winograd's F(2x2, 3x3), see cpu/pairs/winograd.h. Transforms are
// float32, their results are rounded. Included by *_avx512bf16.cpp only.
#pragma once

#include "cpu/pairs/dot.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// The component that A^T m A adds to all four outputs: its sums begin with the bias.
constexpr int all_outputs = 5;

// One row of B^T x, from the input's rows (or columns): how it is added up from two of them.
struct Combination {
  int plus, other;
  bool subtract;
};
constexpr Combination of_input[4] = {{0, 2, true}, {1, 2, false}, {2, 1, true}, {3, 1, true}};

template <int ROW>
inline __m512 combine(__m512 plus, __m512 other) {
  return of_input[ROW].subtract ? _mm512_sub_ps(plus, other) : _mm512_add_ps(plus, other);
}

// Four components in a row, from four neighbouring columns.
inline void transform_columns(const __m512* x, __m512 y[4]) {
  y[0] = combine<0>(x[0], x[2]);
  y[1] = combine<1>(x[1], x[2]);
  y[2] = combine<2>(x[2], x[1]);
  y[3] = combine<3>(x[3], x[1]);
}

// Row ROW of B^T d of the pair of pixels at `at`.
template <int ROW>
inline void transform_rows(const bf16* const in[4], Step at, __m512 out[2]) {
  const __m512i plus = load(in[of_input[ROW].plus] + at), other = load(in[of_input[ROW].other] + at);
  out[0] = combine<ROW>(first_pixel(plus), first_pixel(other));
  out[1] = combine<ROW>(second_pixel(plus), second_pixel(other));
}

// Values from one block of 2x2 outputs to the next where its components lie beside each other, all of them at constant
// distances; not a power of two, so that blocks do not meet in the same set of the cache.
template <int CHANNELS>
constexpr Step block_pitch = components * CHANNELS + component_gap;

// For products: to[block][component][channel], from block `first` of the row on. 32 channels at a time, since rounding
// two vectors takes as long as rounding one.
template <int ROW, int CHANNELS>
inline void input_row_components(const bf16* const in[4], Step first, Step blocks, bf16* to) {
  for (Step c = 0; c < CHANNELS; c += 2 * lanes) {
    __m512 columns[2][6];
#pragma GCC unroll 2
    for (int half = 0; half < 2; half++) {
      const Step at = first * 2 * CHANNELS + 2 * (c + half * lanes);
      transform_rows<ROW>(in, at, columns[half]);
      columns[half][0] = columns[half][1];
      transform_rows<ROW>(in, at + 2 * CHANNELS, columns[half] + 1);
    }
    for (Step b = 0; b < blocks; b++) {
      __m512 transformed[2][4];
#pragma GCC unroll 2
      for (int half = 0; half < 2; half++) {
        __m512* x = columns[half];
        transform_rows<ROW>(in, (first + b + 2) * 2 * CHANNELS + 2 * (c + half * lanes), x + 3);
        transform_columns(x, transformed[half]);
        x[0] = x[2];
        x[1] = x[3];
        x[2] = x[4];
      }
#pragma GCC unroll 4
      for (int x = 0; x < 4; x++) {
        _mm512_storeu_si512(to + b * block_pitch<CHANNELS> + (ROW * 4 + x) * CHANNELS + c,
                            reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(transformed[1][x], transformed[0][x])));
      }
    }
  }
}

// For weight gradients: to[component][block / 2][channel][2]; an even number of blocks.
template <int ROW, int CHANNELS>
inline void input_row_component_pairs(const bf16* const in[4], Step first, Step blocks, bf16* to, Step pitch) {
  for (Step c = 0; c < CHANNELS; c += lanes) {
    __m512 columns[8];
    transform_rows<ROW>(in, first * 2 * CHANNELS + 2 * c, columns);
    columns[0] = columns[1];
    transform_rows<ROW>(in, (first + 1) * 2 * CHANNELS + 2 * c, columns + 1);
    for (Step b = 0; b < blocks; b += 2) {
      transform_rows<ROW>(in, (first + b + 2) * 2 * CHANNELS + 2 * c, columns + 3);
      transform_rows<ROW>(in, (first + b + 3) * 2 * CHANNELS + 2 * c, columns + 5);
      __m512 one[4], two[4];
      transform_columns(columns, one);
      transform_columns(columns + 2, two);
#pragma GCC unroll 4
      for (int x = 0; x < 4; x++) {
        _mm512_storeu_si512(to + (ROW * 4 + x) * pitch + b * CHANNELS + 2 * c, pair(one[x], two[x]));
      }
      columns[0] = columns[4];
      columns[1] = columns[5];
      columns[2] = columns[6];
    }
  }
}

// A e A^T of the output's gradient: to[component][block / 2][channel][2]; an even number of blocks.
template <int CHANNELS>
inline void gradient_component_pairs(const bf16* const delta[2], Step first, Step blocks, bf16* to, Step pitch) {
  for (Step b = 0; b < blocks; b += 2) {
    for (Step c = 0; c < CHANNELS; c += lanes) {
      const Step at = (first + b) * 2 * CHANNELS + 2 * c;
      __m512 rows[2][4];  // of both rows: the four pixels of two blocks
#pragma GCC unroll 2
      for (int y = 0; y < 2; y++) {
        const __m512i one = load(delta[y] + at), two = load(delta[y] + at + 2 * CHANNELS);
        rows[y][0] = first_pixel(one);
        rows[y][1] = second_pixel(one);
        rows[y][2] = first_pixel(two);
        rows[y][3] = second_pixel(two);
      }
#pragma GCC unroll 4
      for (int y = 0; y < 4; y++) {
        __m512 x[4];
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) {
          x[i] = y == 0   ? rows[0][i]
                 : y == 1 ? _mm512_add_ps(rows[0][i], rows[1][i])
                 : y == 2 ? _mm512_sub_ps(rows[0][i], rows[1][i])
                          : rows[1][i];
        }
        bf16* row = to + y * 4 * pitch + b * CHANNELS + 2 * c;
        _mm512_storeu_si512(row, pair(x[0], x[2]));
        _mm512_storeu_si512(row + pitch, pair(_mm512_add_ps(x[0], x[1]), _mm512_add_ps(x[2], x[3])));
        _mm512_storeu_si512(row + 2 * pitch, pair(_mm512_sub_ps(x[0], x[1]), _mm512_sub_ps(x[2], x[3])));
        _mm512_storeu_si512(row + 3 * pitch, pair(x[1], x[3]));
      }
    }
  }
}

// A^T m A of the products [block][component][channel], finished.
template <class FINISH, int CHANNELS>
inline void store_outputs(const Winograd& rows, const float* products, Step first, Step blocks) {
  for (Step b = 0; b < blocks; b++) {
    const Step pixel = 2 * (first + b);
    for (Step c = 0; c < CHANNELS; c += lanes) {
      __m512 half[2][4];
#pragma GCC unroll 4
      for (int x = 0; x < 4; x++) {
        __m512 m[4];
#pragma GCC unroll 4
        for (int y = 0; y < 4; y++) {
          m[y] = _mm512_loadu_ps(products + b * block_pitch<CHANNELS> + (y * 4 + x) * CHANNELS + c);
        }
        half[0][x] = _mm512_add_ps(_mm512_add_ps(m[0], m[1]), m[2]);
        half[1][x] = _mm512_add_ps(_mm512_sub_ps(m[1], m[2]), m[3]);
      }
#pragma GCC unroll 2
      for (int y = 0; y < 2; y++) {
        const __m512* h = half[y];
        const __m512 one = _mm512_add_ps(_mm512_add_ps(h[0], h[1]), h[2]);
        const __m512 two = _mm512_add_ps(_mm512_sub_ps(h[1], h[2]), h[3]);
        const OutRow<FINISH> out{rows.gate[y], rows.out[y], rows.width};
        out.store(pixel, pixel * CHANNELS + 2 * c, one, two);
      }
    }
  }
}

template <class FINISH, int INPUTS, int OUTPUTS>
struct Products {
  static constexpr int vectors = OUTPUTS / lanes;
  static constexpr int most = pixels_a_block(vectors);

  template <int P>
  struct Block {
    static void run(const bf16* in, const bf16* weights, const float* start, float* out) {
      __m512 sums[P][vectors];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) {
        const __m512 first = start ? _mm512_loadu_ps(start + v * lanes) : _mm512_setzero_ps();
#pragma GCC unroll 16
        for (int p = 0; p < P; p++) {
          sums[p][v] = first;
        }
      }
      accumulate<P, vectors, INPUTS / 2, block_pitch<INPUTS>, OUTPUTS>(in, weights, sums);
#pragma GCC unroll 16
      for (int p = 0; p < P; p++) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; v++) {
          _mm512_storeu_ps(out + p * block_pitch<OUTPUTS> + v * lanes, sums[p][v]);
        }
      }
    }
  };

  static void run(const Winograd& rows) {
    balanced_pieces((rows.width + 1) / 2, blocks_at_once, [&](Step first, Step blocks) {
      bf16* in = static_cast<bf16*>(rows.scratch);
      float* products = reinterpret_cast<float*>(in + blocks * block_pitch<INPUTS>);
      input_row_components<0, INPUTS>(rows.in, first, blocks, in);
      input_row_components<1, INPUTS>(rows.in, first, blocks, in);
      input_row_components<2, INPUTS>(rows.in, first, blocks, in);
      input_row_components<3, INPUTS>(rows.in, first, blocks, in);
      for (int i = 0; i < components; i++) {
        balanced_pieces(blocks, most, [&](Step block, Step count) {
          with_constant<most, Block>(count, in + block * block_pitch<INPUTS> + i * INPUTS,
                                     rows.weights + i * INPUTS * OUTPUTS, i == all_outputs ? rows.bias : nullptr,
                                     products + block * block_pitch<OUTPUTS> + i * OUTPUTS);
        });
      }
      store_outputs<FINISH, OUTPUTS>(rows, products, first, blocks);
    });
  }
};

}  // namespace
}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
