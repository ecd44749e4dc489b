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

// Tap columns of layer 3's kernel rows in pairs; the last pair's second weight is zero.
constexpr int tap_pairs3 = (kernel3 + 1) / 2;
// Values of its weights in one kernel row.
constexpr int packed_row3 = 2 * tap_pairs3 * channels2 * 2, packed_gradient_row3 = tap_pairs3 * channels2 * 2;

// Channels that layer 1, its weight gradient, layer 2 and its data gradient compute at a time, so that scratch stays small.
constexpr int slice_channels = 32;

// Values between two components' arrays, so that not all start in the same set of the cache.
constexpr int packed_gap = 32;
constexpr int packed_component2 = component_weights2 + packed_gap;

struct Weights {
  alignas(64) float layer1[components * component_weights1];   // [slice][component][group][channel]
  alignas(64) bf16 layer2[components * packed_component2];     // [component][input / 2][output][2]
  alignas(64) bf16 layer3[kernel3 * packed_row3];              // [tap row][tap pair][pixel of a pair][channel][2]
  alignas(64) bf16 gradient2[components * packed_component2];  // turned, [component][output / 2][input][2]
  alignas(64) bf16 gradient3[kernel3 * packed_gradient_row3];  // turned, [tap row][tap pair][channel][2]
  alignas(64) float bias1[channels1], bias2[channels2];
  float bias3;
};

// Four rows that layer 1, layer 2 or layer 2's data gradient writes.
struct Rows {
  const float* bias;             // null: zero
  const bf16* gate[block_edge];  // pairs: zero where not positive; unused forward, which is followed by ReLU
  int64_t width;
  bf16* out[block_edge];  // pairs
  void* scratch;          // scratch_bytes(width)
};
struct ImageRows {
  const float* in[image_rows];  // from four rows above the first, at pixel -4
  const float* weights;
  Rows rows;
};
struct LayerRows {
  const bf16* in[window_edge];  // pairs, from the row above the first, at pixels -2 and -1
  const bf16* weights;
  Rows rows;
};

// Layer 3's data gradient: a convolution of one input channel.
struct Convolution {
  int tap_rows;
  const bf16* in[kernel3];       // plain, at pixel 0's first tap; a value more than the windows hold is read
  const bf16* weights[kernel3];  // [tap pair][channel][2]
  const bf16* gate;              // pairs: zero where not positive
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

// gradient[component][input channel][output channel], component_pitch2 from component to component, += (first: =) the share
// of so many groups of four rows
struct LayerGradientRows {
  int groups;
  const bf16* in[most_groups][window_edge];    // as above
  const bf16* delta[most_groups][block_edge];  // pairs, at pixel 0
  float* gradient;
  bool first;
  int64_t width;
  void* scratch;  // scratch_bytes(width)
};

// gradient[slice][component][group row][group column][channel of the slice] += (first: =) the share of so many groups of
// four rows
struct ImageGradientRows {
  int groups;
  const float* in[most_groups][image_rows];    // as above
  const bf16* delta[most_groups][block_edge];  // pairs, at pixel 0
  float* gradient;
  bool first;
  int64_t width;
  void* scratch;  // scratch_bytes(width)
};

// gradient[t][tap column][channel] += sum over pixels of in[t][pixel + tap column] * delta[pixel][channel]
struct WeightGradient {
  int tap_rows;
  const bf16* in[kernel3];  // plain, at pixel 0's first tap
  float* gradient[kernel3];
  const bf16* delta;  // pairs
  int64_t width;
};

// The weights in the layouts above.
void pack(const Network& network, Weights& to);
void round_row(const float* row, int64_t width, bf16* out);

// What layers 1 and 2 and their gradients need for rows of so many pixels.
int64_t scratch_bytes(int64_t width);

void layer1(const ImageRows& rows);
void layer2(const LayerRows& rows);
void layer3(const Output& row);
void layer3_data_gradient(const Convolution& row);
void layer2_data_gradient(const LayerRows& rows);
void layer3_weight_gradient(const WeightGradient& row);  // the window runs over the output's gradient
void layer2_weight_gradient(const LayerGradientRows& rows);
void layer1_weight_gradient(const ImageGradientRows& rows);
// weights += G^T gradient G
void add_weight_gradient2(const float* gradient, float* weights2);
void add_weight_gradient1(const float* gradient, float* weights1);
// sums[c] += sum over the pixels of a row of pairs with so many channels
void add_pixels1(const bf16* row, int64_t width, float* sums);
void add_pixels2(const bf16* row, int64_t width, float* sums);

// As multiply_adds of cpu/kernels.h, by dot products; how many multiply-adds there were.
int64_t multiply_adds(int64_t rounds);

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
