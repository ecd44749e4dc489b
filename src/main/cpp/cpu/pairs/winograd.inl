// Blocks of rows of pairs to components and back. Included by *_avx512bf16.cpp only.
#pragma once

#include "cpu/pairs/dot.inl"
#include "cpu/transforms.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

using Winograd = Transforms<Bfloat16Points>;

// Values of a component of so many blocks.
constexpr Step component_pitch(Step blocks, int channels) { return blocks * channels + packed_gap; }

// Weights of a component of a slice of layer 1's channels.
constexpr Step taps1 = groups1 * groups1 * slice_channels;

// Half of B^T of one column of a window: of the first or second pixels of the pairs at `at`.
template <int HALF, int PIXEL>
inline void transform_column(const bf16* const in[window_edge], Step at, __m512 (*out)[window_edge], int x) {
  __m512 column[window_edge], transformed[3];
#pragma GCC unroll 6
  for (int y = HALF; y < window_edge - 1 + HALF; y++) {
    const __m512i pairs = load(in[y] + at);
    column[y] = PIXEL == 0 ? first_pixel(pairs) : second_pixel(pairs);
  }
  Winograd::input<HALF>(column, transformed);
#pragma GCC unroll 3
  for (int y = 0; y < 3; y++) {
    out[y][x] = transformed[y];
  }
}

// The columns 2 to 5 of a window, whose columns 1 and 2 are the pair of pixels at `at`.
template <int HALF, int CHANNELS>
inline void transform_columns(const bf16* const in[window_edge], Step at, __m512 (*out)[window_edge]) {
  transform_column<HALF, 1>(in, at, out, 2);
  transform_column<HALF, 0>(in, at + 2 * CHANNELS, out, 3);
  transform_column<HALF, 1>(in, at + 2 * CHANNELS, out, 4);
  transform_column<HALF, 0>(in, at + 4 * CHANNELS, out, 5);
}

// For products, half of the components: to[component][block][channel], of `blocks` blocks from `first` of the row on. 32
// channels at a time, since rounding two vectors takes as long as rounding one.
template <int HALF, int CHANNELS>
inline void half_of_input_components(const bf16* const in[window_edge], Step first, Step blocks, Step pitch, bf16* to) {
  for (Step c = 0; c < CHANNELS; c += 2 * lanes) {
    __m512 half[2][3][window_edge];
#pragma GCC unroll 2
    for (int v = 0; v < 2; v++) {
      const Step at = first * 4 * CHANNELS + 2 * (c + v * lanes);
      transform_column<HALF, 1>(in, at, half[v], 0);
      transform_column<HALF, 0>(in, at + 2 * CHANNELS, half[v], 1);
    }
    for (Step block = 0; block < blocks; block++) {
#pragma GCC unroll 2
      for (int v = 0; v < 2; v++) {
        transform_columns<HALF, CHANNELS>(in, ((first + block) * 2 + 1) * 2 * CHANNELS + 2 * (c + v * lanes), half[v]);
      }
#pragma GCC unroll 3
      for (int y = 0; y < 3; y++) {
        __m512 transformed[2][window_edge];
#pragma GCC unroll 2
        for (int v = 0; v < 2; v++) {
          __m512* x = half[v][y];
          Winograd::input(x, transformed[v]);
          x[0] = x[4];
          x[1] = x[5];
        }
#pragma GCC unroll 6
        for (int x = 0; x < window_edge; x++) {
          _mm512_storeu_si512(to + (y * window_edge + x) * pitch + block * CHANNELS + c,
                              reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(transformed[1][x], transformed[0][x])));
        }
      }
    }
  }
}

// For weight gradients, half of the components: to[component][block / 2][channel][2]; an even number of blocks.
template <int HALF, int CHANNELS>
inline void half_of_input_component_pairs(const bf16* const in[window_edge], Step first, Step blocks, bf16* to, Step pitch) {
  for (Step c = 0; c < CHANNELS; c += lanes) {
    __m512 one[3][window_edge], two[3][window_edge];
    const Step left = first * 4 * CHANNELS + 2 * c;
    transform_column<HALF, 1>(in, left, one, 0);
    transform_column<HALF, 0>(in, left + 2 * CHANNELS, one, 1);
    for (Step block = 0; block < blocks; block += 2) {
      const Step at = ((first + block) * 2 + 1) * 2 * CHANNELS + 2 * c;
      transform_columns<HALF, CHANNELS>(in, at, one);
#pragma GCC unroll 3
      for (int y = 0; y < 3; y++) {
        two[y][0] = one[y][4];
        two[y][1] = one[y][5];
      }
      transform_columns<HALF, CHANNELS>(in, at + 4 * CHANNELS, two);
#pragma GCC unroll 3
      for (int y = 0; y < 3; y++) {
        __m512 first_block[window_edge], second_block[window_edge];
        Winograd::input(one[y], first_block);
        Winograd::input(two[y], second_block);
        one[y][0] = two[y][4];
        one[y][1] = two[y][5];
#pragma GCC unroll 6
        for (int x = 0; x < window_edge; x++) {
          _mm512_storeu_si512(to + (y * window_edge + x) * pitch + block * CHANNELS + 2 * c,
                              pair(first_block[x], second_block[x]));
        }
      }
    }
  }
}

// Half of A e A^T of the output's gradient of two blocks, a vector of channels of the pixels at `at` and `distance` values
// further: to[component], `pitch` values apart.
template <int HALF, int CHANNELS>
inline void gradient_component_pair(const bf16* const delta[block_edge], Step at, Step distance, bf16* to, Step pitch) {
  __m512 half[2][3][block_edge];
#pragma GCC unroll 2
  for (int block = 0; block < 2; block++) {
#pragma GCC unroll 2
    for (int x = 0; x < block_edge; x += 2) {
      __m512 column[2][block_edge], transformed[window_edge];
#pragma GCC unroll 4
      for (int y = 0; y < block_edge; y++) {
        const __m512i pixels = load(delta[y] + at + block * distance + x * CHANNELS);
        column[0][y] = first_pixel(pixels);
        column[1][y] = second_pixel(pixels);
      }
#pragma GCC unroll 2
      for (int pixel = 0; pixel < 2; pixel++) {
        Winograd::gradient(column[pixel], transformed);
#pragma GCC unroll 3
        for (int y = 0; y < 3; y++) {
          half[block][y][x + pixel] = transformed[HALF * 3 + y];
        }
      }
    }
  }
#pragma GCC unroll 3
  for (int y = 0; y < 3; y++) {
    __m512 one[window_edge], two[window_edge];
    Winograd::gradient(half[0][y], one);
    Winograd::gradient(half[1][y], two);
#pragma GCC unroll 6
    for (int x = 0; x < window_edge; x++) {
      _mm512_storeu_si512(to + (y * window_edge + x) * pitch, pair(one[x], two[x]));
    }
  }
}

// A^T m A of one block's products, a vector of channels from c on, `pitch` floats from component to component, to the
// block's pixels.
template <class FINISH, int CHANNELS>
inline void store_block(const Rows& rows, const float* products, Step pitch, Step block, Step c) {
  __m512 half[block_edge][window_edge];
#pragma GCC unroll 6
  for (int x = 0; x < window_edge; x++) {
    __m512 column[window_edge], transformed[block_edge];
#pragma GCC unroll 6
    for (int y = 0; y < window_edge; y++) {
      column[y] = _mm512_loadu_ps(products + (y * window_edge + x) * pitch);
    }
    Winograd::output(column, transformed);
#pragma GCC unroll 4
    for (int y = 0; y < block_edge; y++) {
      half[y][x] = transformed[y];
    }
  }
  const __m512 bias = rows.bias ? _mm512_loadu_ps(rows.bias + c) : _mm512_setzero_ps();
#pragma GCC unroll 4
  for (int y = 0; y < block_edge; y++) {
    __m512 transformed[block_edge];
    Winograd::output(half[y], transformed);
    const OutRow<FINISH> out{rows.gate[y], rows.out[y], rows.width};
#pragma GCC unroll 2
    for (int x = 0; x < block_edge; x += 2) {
      const Step pixel = block * block_edge + x;
      if (pixel < rows.width) {
        out.store(pixel, pixel * CHANNELS + 2 * c, _mm512_add_ps(transformed[x], bias),
                  _mm512_add_ps(transformed[x + 1], bias));
      }
    }
  }
}

// The same for a slice of channels of so many blocks.
template <class FINISH, int CHANNELS>
void store_blocks(const Rows& rows, const float* products, Step pitch, Step first, Step blocks, Step channel) {
  for (Step block = 0; block < blocks; block++) {
    for (Step c = 0; c < slice_channels; c += lanes) {
      store_block<FINISH, CHANNELS>(rows, products + block * slice_channels + c, pitch, first + block, channel + c);
    }
  }
}

// Four rows of layer 2 or of its data gradient, a slice of output channels after the other.
template <class FINISH, int INPUTS, int OUTPUTS>
struct Products {
  static constexpr int vectors = slice_channels / lanes;
  static constexpr int most = pixels_a_block(vectors);
  // Components of the input that are there at a time: all if several slices need them.
  static constexpr int at_once = OUTPUTS == slice_channels ? half_components : components;

  template <int P>
  struct Block {
    static void run(const bf16* in, const bf16* weights, float* out) {
      __m512 sums[P][vectors];
      clear(sums);
      accumulate<P, vectors, INPUTS / 2, INPUTS, OUTPUTS>(in, weights, sums);
#pragma GCC unroll 16
      for (int p = 0; p < P; p++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
          _mm512_storeu_ps(out + p * slice_channels + v * lanes, sums[p][v]);
        }
      }
    }
  };

  static constexpr Step in_pitch(Step blocks) { return component_pitch(blocks, INPUTS); }
  static constexpr Step out_pitch(Step blocks) { return component_pitch(blocks, slice_channels); }
  static constexpr Step bytes(Step blocks) { return 2 * at_once * in_pitch(blocks) + 4 * components * out_pitch(blocks); }

  // Of components [begin, end), the first of which is at `in`.
  static void multiply(int begin, int end, const bf16* in, const bf16* weights, Step blocks, float* products) {
    for (int i = begin; i < end; i++) {
      balanced_pieces(blocks, most, [&](Step block, Step count) {
        with_constant<most, Block>(count, in + (i - begin) * in_pitch(blocks) + block * INPUTS,
                                   weights + i * packed_component2,
                                   products + i * out_pitch(blocks) + block * slice_channels);
      });
    }
  }

  static void run(const LayerRows& layer) {
    pieces_of_blocks(layer.rows.width, [&](Step first, Step blocks) {
      bf16* in = static_cast<bf16*>(layer.rows.scratch);
      float* products = reinterpret_cast<float*>(in + at_once * in_pitch(blocks));
      half_of_input_components<0, INPUTS>(layer.in, first, blocks, in_pitch(blocks), in);
      if constexpr (at_once == half_components) {
        multiply(0, half_components, in, layer.weights, blocks, products);
        half_of_input_components<1, INPUTS>(layer.in, first, blocks, in_pitch(blocks), in);
        multiply(half_components, components, in, layer.weights, blocks, products);
        store_blocks<FINISH, OUTPUTS>(layer.rows, products, out_pitch(blocks), first, blocks, 0);
      } else {
        half_of_input_components<1, INPUTS>(layer.in, first, blocks, in_pitch(blocks),
                                            in + half_components * in_pitch(blocks));
        for (Step channel = 0; channel < OUTPUTS; channel += slice_channels) {
          multiply(0, components, in, layer.weights + 2 * channel, blocks, products);
          store_blocks<FINISH, OUTPUTS>(layer.rows, products, out_pitch(blocks), first, blocks, channel);
        }
      }
    });
  }
};

using Layer2 = Products<Activation, channels1, channels2>;
using Layer2DataGradient = Products<Gated, channels2, channels1>;

}  // namespace
}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
