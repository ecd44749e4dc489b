// Forward and data gradient convolutions on AMX tiles.
#include "cpu/network.h"
#include "cpu/tile_kernels.h"
#include "cpu/tiles_amx.h"

namespace ldct {
namespace cpu {
namespace {

constexpr int block = 2 * tile;  // pixels a pass

// Bias, ReLU and gate on the sums of up to 32 pixels and 32 channels.
inline void finish(const ConvolutionRow& row, const float* sums, int64_t pixel, int64_t pixels, int channel,
                   int channels) {
  const __m512 zero = _mm512_setzero_ps();
  for (int half = 0; half < 2; half++) {
    const int c = channel + half * tile;
    const __m512 bias = row.bias ? _mm512_loadu_ps(row.bias + c) : zero;
    for (int64_t p = 0; p < pixels; p++) {
      const int64_t at = (pixel + p) * channels + c;
      __m512 v = _mm512_add_ps(_mm512_load_ps(sums + p * 2 * tile + half * tile), bias);
      if (row.relu) {
        v = _mm512_max_ps(zero, v);
      }
      if (row.gate) {
        v = _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(_mm512_loadu_ps(row.gate + at), zero, _CMP_NLE_UQ), v);
      }
      _mm512_storeu_ps(row.out + at, v);
    }
  }
}

// Sums of one block: `steps` steps of 32 k over a_rows rows of A operands. A: element (pixel, k) of
// step s lies at a + s.row * a_row + pixel * stride + s.k * 32.
struct BlockOperands {
  const Bf16* a;
  int64_t a_plane, a_row, stride;
  int rows, steps_a_row;
  const Bf16* b;  // of the first row; rows follow each other
  int64_t b_plane;
  int channels;
};

template <int TERMS, bool TWO>
inline void multiply_block(const BlockOperands& o, int channel, float* sums) {
  _tile_zero(0);
  _tile_zero(1);
  if (TWO) {
    _tile_zero(2);
    _tile_zero(3);
  }
  const int b_stride = o.channels * 4;
  for (int r = 0; r < o.rows; r++) {
    for (int k = 0; k < o.steps_a_row; k++) {
      const Bf16* a = o.a + r * o.a_row + k * tile_k;
      const Bf16* b = o.b + (static_cast<int64_t>(r * o.steps_a_row + k) * tile_k) * o.channels + channel * 2;
      products<TERMS>(
          [&](int term) {
            _tile_loadd(4, a + term * o.a_plane, static_cast<int>(o.stride * 2));
            if (TWO) {
              _tile_loadd(5, a + term * o.a_plane + tile * o.stride, static_cast<int>(o.stride * 2));
            }
          },
          [&](int term) {
            _tile_loadd(6, b + term * o.b_plane, b_stride);
            _tile_loadd(7, b + term * o.b_plane + 2 * tile, b_stride);
          },
          [] {
            _tile_dpbf16ps(0, 4, 6);
            _tile_dpbf16ps(1, 4, 7);
            if (TWO) {
              _tile_dpbf16ps(2, 5, 6);
              _tile_dpbf16ps(3, 5, 7);
            }
          });
    }
  }
  _tile_stored(0, sums, 2 * tile * 4);
  _tile_stored(1, sums + tile, 2 * tile * 4);
  if (TWO) {
    _tile_stored(2, sums + tile * 2 * tile, 2 * tile * 4);
    _tile_stored(3, sums + tile * 2 * tile + tile, 2 * tile * 4);
  }
}

template <int TERMS>
inline void compute_block(const ConvolutionRow& row, const BlockOperands& operands, int64_t pixel, int64_t pixels) {
  alignas(64) float sums[block * 2 * tile];
  for (int channel = 0; channel < operands.channels; channel += 2 * tile) {
    if (pixels > tile) {
      multiply_block<TERMS, true>(operands, channel, sums);
    } else {
      multiply_block<TERMS, false>(operands, channel, sums);
    }
    finish(row, sums, pixel, pixels, channel, operands.channels);
  }
}

// 3x3 with INPUTS channels.
template <int TERMS, int INPUTS, int OUTPUTS>
void convolve(const ConvolutionRow& row, const Bf16* weights) {
  constexpr int64_t depth = 3 * INPUTS, window = (block + 2) * INPUTS;
  alignas(64) Bf16 a[TERMS][3][window];
  const BlockOperands operands{&a[0][0][0], 3 * window, window, INPUTS, row.tap_rows, depth / tile_k,
                               weights + row.first_tap_row * depth * OUTPUTS, operand_plane, OUTPUTS};
  configure(tile);
  for (int64_t pixel = 0; pixel < row.width; pixel += block) {
    const int64_t pixels = row.width - pixel < block ? row.width - pixel : block;
    for (int t = 0; t < row.tap_rows; t++) {
      split<TERMS>(row.in[t] + pixel * INPUTS, (pixels + 2) * INPUTS, &a[0][t][0], 3 * window);
    }
    compute_block<TERMS>(row, operands, pixel, pixels);
  }
  _tile_release();
}

}  // namespace

template <int TERMS>
void TileConvolution<TERMS>::pack(const Network& network, const TurnedWeights& turned, void* operands) {
  Bf16* out = static_cast<Bf16*>(operands);
  // Layer 1: the windows of three image rows lie interleaved, k = column * 3 + row; 27 of 32 used.
  for (int group = 0; group < 3; group++) {
    static const float zeros[channels1] = {};
    auto weights = [&](int k) {
      return k < 27 ? network.weights1 + (group * 3 + k % 3) * tap_row1 + k / 3 * channels1 : zeros;
    };
    for (int k = 0; k < tile_k; k += 2, out += 2 * channels1) {
      interleave<TERMS, channels1>(weights(k), weights(k + 1), out, operand_plane);
    }
  }
  for (int k = 0; k < 9 * channels1; k += 2, out += 2 * channels2) {
    const float* weights = network.weights2 + k * channels2;
    interleave<TERMS, channels2>(weights, weights + channels2, out, operand_plane);
  }
  for (int k = 0; k < 9 * channels2; k += 2, out += 2 * channels1) {
    const float* weights = turned.data_gradient2 + k * channels1;
    interleave<TERMS, channels1>(weights, weights + channels1, out, operand_plane);
  }
}

template <int TERMS>
void TileConvolution<TERMS>::layer1(const ConvolutionRow& row) {
  // Room for the windows of a block, and for the k beyond 27 that meet zero weights.
  constexpr int64_t columns = block + kernel1 - 1, room = (columns + 8) * 3 + tile_k;
  alignas(64) Bf16 a[TERMS][3][room] = {};
  const BlockOperands operands{&a[0][0][0],   3 * room,      room, 3, 3, 1,
                               static_cast<const Bf16*>(row.operands), operand_plane, channels1};
  configure(tile);
  for (int64_t pixel = 0; pixel < row.width; pixel += block) {
    const int64_t pixels = row.width - pixel < block ? row.width - pixel : block;
    for (int i = 0; i < row.tap_rows; i++) {
      const int t = row.first_tap_row + i;
      Bf16 terms[TERMS][2 * tile_k];
      split_any<TERMS>(row.in[i] + pixel, pixels + kernel1 - 1, &terms[0][0], 2 * tile_k);
      for (int term = 0; term < TERMS; term++) {
        for (int64_t c = 0; c < pixels + kernel1 - 1; c++) {
          a[term][t / 3][c * 3 + t % 3] = terms[term][c];
        }
      }
    }
    compute_block<TERMS>(row, operands, pixel, pixels);
  }
  _tile_release();
}

template <int TERMS>
void TileConvolution<TERMS>::layer2(const ConvolutionRow& row) {
  convolve<TERMS, channels1, channels2>(row, static_cast<const Bf16*>(row.operands) + layer1_operands);
}

template <int TERMS>
void TileConvolution<TERMS>::layer2_data_gradient(const ConvolutionRow& row) {
  convolve<TERMS, channels2, channels1>(
      row, static_cast<const Bf16*>(row.operands) + layer1_operands + layer2_operands);
}

template struct TileConvolution<1>;
template struct TileConvolution<2>;
template struct TileConvolution<3>;

}  // namespace cpu
}  // namespace ldct
