// Kernels on bfloat16 whose products are sums over pairs (AVX512_BF16's VDPBF16PS: float32 sums of two products).
// Plain data only: this header is included by files that are compiled for different instruction sets, so it must not
// define functions.
//
// Layouts of a row of pixels, bfloat16:
//   plain  [pixel]                 one channel
//   pairs  [pixel / 2][channel][2] both pixels of a pair beside each other: summing over pixels needs no turning, and
//                                  a lane becomes one float32 of either pixel by one shift or mask
// In a row of odd width the last pixel's partner is zero.
#pragma once

#include <cstdint>

#include "cpu/network.h"
#include "cpu/pairs/winograd.h"

namespace ldct {
namespace cpu {
namespace pairs {

using bf16 = uint16_t;

// Tap columns of a kernel row in pairs; the last pair's second weight is zero.
constexpr int tap_pairs1 = (kernel1 + 1) / 2, tap_pairs3 = (kernel3 + 1) / 2;
// Values of a layer's weights in one kernel row.
constexpr int packed_row1 = tap_pairs1 * channels1 * 2;
constexpr int packed_row3 = 2 * tap_pairs3 * channels2 * 2, packed_gradient_row3 = tap_pairs3 * channels2 * 2;

struct Weights {
  alignas(64) bf16 layer1[kernel1 * packed_row1];               // [tap row][tap pair][channel][2]
  alignas(64) bf16 layer2[components * component_weights2];     // [component][input / 2][output][2]
  alignas(64) bf16 layer3[kernel3 * packed_row3];               // [tap row][tap pair][pixel of a pair][channel][2]
  alignas(64) bf16 gradient2[components * component_weights2];  // turned, [component][output / 2][input][2]
  alignas(64) bf16 gradient3[kernel3 * packed_gradient_row3];   // turned, [tap row][tap pair][channel][2]
  alignas(64) float bias1[channels1], bias2[channels2];
  float bias3;
};

// A convolution of one input channel: layer 1, and layer 3's data gradient.
struct Convolution {
  int tap_rows;
  const bf16* in[kernel1];       // plain, at pixel 0's first tap; a value more than the windows hold is read
  const bf16* weights[kernel1];  // [tap pair][channel][2]
  const float* bias;             // null: zero
  const bf16* gate;              // pairs: zero where not positive; unused forward, which is followed by ReLU
  int64_t width;
  bf16* out;  // pairs
};

// Layer 3.
struct Output {
  int tap_rows;
  const bf16* in[kernel3];  // pairs, at pixels -2 and -1; read up to two pairs right of the last 16 pixels begun
  const bf16* weights[kernel3];
  float bias;
  int64_t width;
  float* out;
};

// Two rows of layer 2 or of its data gradient, by pairs/winograd.h.
struct Winograd {
  const bf16* in[4];  // pairs, at pixels -2 and -1, from the row above the first to the row below the second
  const bf16* weights;
  const float* bias;    // null: zero
  const bf16* gate[2];  // pairs; unused forward, which is followed by ReLU
  int64_t width;
  bf16* out[2];  // pairs
  void* scratch;  // winograd_bytes
};

// Transformed input and output gradient of layer 2, kept until they are enough for sums that are worth loading:
// gradient[component][input channel][output channel] += sum over the steps, a pair of 2x2 blocks each.
constexpr int most_steps = 32;
struct Blocks {
  int64_t steps;
  bf16* in;     // [component][most_steps][channels1][2], component_gap between components
  bf16* delta;  // [component][most_steps][channels2][2], likewise
  float* gradient;
};

// The share of two rows: adds to the blocks, and sums them up as often as they are full.
struct WinogradGradient {
  const bf16* in[4];     // as above
  const bf16* delta[2];  // pairs, at pixel 0
  int64_t width;
};

// gradient[t][tap column][channel] += sum over pixels of in[t][pixel + tap column] * delta[pixel][channel]
struct WeightGradient {
  int tap_rows;
  const bf16* in[kernel1];  // plain, at pixel 0's first tap
  float* gradient[kernel1];
  const bf16* delta;  // pairs
  int64_t width;
};

// Values between two components' arrays, so that not all 16 start in the same set of the cache.
constexpr int64_t component_gap = 32;
// So many 2x2 blocks of a row are computed at a time: their components stay in the first-level cache.
constexpr int blocks_at_once = 14;
constexpr int64_t winograd_bytes =
    blocks_at_once * (components * (channels2 * 2 + channels1 * 4) + component_gap * 6);
constexpr int64_t blocks_in_pitch = most_steps * channels1 * 2 + component_gap;
constexpr int64_t blocks_delta_pitch = most_steps * channels2 * 2 + component_gap;

// The weights in the layouts above; pieces of layer 2's input channels as in winograd.h, the rest with the first one.
void pack(const Network& network, int64_t piece, Weights& to);
void round_row(const float* row, int64_t width, bf16* out);

void layer1(const Convolution& row);
void layer2(const Winograd& rows);
void layer3(const Output& row);
void layer3_data_gradient(const Convolution& row);
void layer2_data_gradient(const Winograd& rows);
void layer3_weight_gradient(const WeightGradient& row);  // 32 channels: the window runs over the output's gradient
void layer2_weight_gradient(const WinogradGradient& rows, Blocks& blocks);
void sum_up(Blocks& blocks);
// weights2 += G^T gradient G
void add_weight_gradient2(const float* gradient, float* weights2);
void layer1_weight_gradient(const WeightGradient& row);  // 64 channels
// sums[c] += sum over the pixels of a row of pairs with so many channels
void add_pixels1(const bf16* row, int64_t width, float* sums);
void add_pixels2(const bf16* row, int64_t width, float* sums);

// As multiply_adds of cpu/kernels.h, by dot products; how many multiply-adds there were.
int64_t multiply_adds(int64_t rounds);

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
