// What the tile kernels compute, as plain data: this header is included by files that are compiled
// for different instruction sets, so it must not define functions.
//
// Layouts of a row of pixels with C channels, bfloat16, each in `planes` planes (see product.h):
//   pixels  [pixel][channel]            left factor where channels are summed over
//   pairs   [channel / 32][pixel / 2][channel'][2]  right factor where pixels are summed over
//   planar  [pixel / 32][channel][pixel]            left factor where pixels are summed over
//   strip   [pixel][tap row]            a window of pixels is one run of values: left factor
//   shifted [tap row][tap column][pixel] every tap is a row: left factor where pixels are summed over
// channel' is the order that interleaving instructions leave behind: in every 32 channels, 16
// channels 8*(i/4) + i%4, then 16 channels 4 higher.
#pragma once

#include <cstdint>

#include "cpu/network.h"

namespace ldct {
namespace cpu {
namespace amx {

using bf16 = uint16_t;

// `plane` is the distance between planes, in elements.
struct Planes {
  bf16* at;
  int64_t plane;
};

constexpr int64_t block_pixels = 32;  // pixels a kernel handles at a time
constexpr int most_tap_rows = 10;

constexpr int strip1 = 10;      // tap rows of layer 1, rounded up to pairs
constexpr int strip3 = 6;       // tap rows of layer 3, rounded up to pairs
constexpr int partial_sums = 8; // floats a pixel that layer 3 leaves: one a tap row, 5 used

// Rows of fp32 to strips or shifted copies; null rows are zero.
struct StripRow {
  const float* rows[most_tap_rows];  // at the strip's first pixel
  int64_t pixels;                    // a multiple of 16
  Planes out;
};
struct ShiftRow {
  const float* row;  // at tap column 0 of pixel 0; null: zero
  int64_t width;     // pixels that are not set to zero
  int64_t pitch;     // elements from one shift to the next, a multiple of 32
  Planes out;
  Planes scratch;  // pitch + 64 elements
};

struct Convolution {
  int tap_rows;
  const bf16* in[3];  // at tap column 0 of pixel 0
  int64_t in_plane;
  const bf16* weights[3];
  int64_t weights_plane;
  const float* bias;
  int64_t width;
  const uint32_t* inside;  // a bit for each pixel that belongs to an image; activations of the others are zero
  Planes pixels;        // at pixel 0
  Planes pairs;         // null: not wanted
  int64_t pairs_group;  // from 32 channels to the next, elements
  Planes planar;        // [tap column][pixel / 32][channel][pixel], moved by the tap
  int64_t planar_tap;   // from a tap column to the next, elements
  const bf16* gate;     // first plane of the activation, as pixels
  float* bias_gradient;
  float* partial;       // [pixel][partial_sums]
};

// out[x] = bias + sum over t of partial[t][x][t]
struct OutputRow {
  const float* partial[kernel3];  // null: zero
  float bias;
  int64_t width;
  float* out;
};

// delta = scale * (out - target); returns the sum of (out - target)^2, adds delta's sum to total.
struct LossRow {
  const float* out;
  const float* target;
  float scale;
  int64_t width;
  float* delta;
  double* total;
};

// sums += products over the pixels of some rows.
struct WeightGradientRows {
  int rows;
  const bf16* const* left;   // one a row; null: zero
  const bf16* const* right;  // one a row
  int64_t left_plane;
  int64_t left_pitch;  // from one pixel or tap to the next; unused where left is planar
  int64_t right_plane;
  int64_t pixels;  // of a row, a multiple of 32
  float* sums;
};

// Weights in tiles, per plane.
constexpr int64_t weight_tile = 512;
constexpr int64_t layer1_tiles = 3 * 4, layer2_tiles = 18 * 2, layer3_tiles = 6;
constexpr int64_t gradient3_tiles = 2, gradient2_tiles = 9 * 4;
template <int planes>
struct TileWeights {
  alignas(64) bf16 layer1[planes][layer1_tiles * weight_tile];
  alignas(64) bf16 layer2[planes][layer2_tiles * weight_tile];
  alignas(64) bf16 layer3[planes][layer3_tiles * weight_tile];
  alignas(64) bf16 gradient3[planes][gradient3_tiles * weight_tile];
  alignas(64) bf16 gradient2[planes][gradient2_tiles * weight_tile];
  alignas(64) float bias1[channels1], bias2[channels2];
  float bias3;
};

// Gradients as the tiles leave them.
struct TileGradients {
  alignas(64) float weights1[96][64];         // [tap, 81 used][channel']
  alignas(64) float weights2[9][2][4][256];   // [tap][output / 16][input' / 16][output][input']
  alignas(64) float weights3[32][32];         // [turned tap, 25 used][channel']
  alignas(64) float bias1[channels1];
  alignas(64) float bias2[channels2];
  double bias3;
};

template <int planes>
struct TileKernels {
  // Between these a thread may call the others.
  static void begin();
  static void end();

  static void pack(const Network& network, int tap2, TileWeights<planes>& weights);
  static void add_gradients(const TileGradients& tiles, Network& gradient);

  static void strip_9(const StripRow& row);
  static void strip_5(const StripRow& row);
  static void shift_9(const ShiftRow& row);
  static void shift_5(const ShiftRow& row);

  static void layer1(const Convolution& row);
  static void layer2(const Convolution& row);
  static void layer3(const Convolution& row);
  static void output(const OutputRow& row);
  static double loss(const LossRow& row);

  static void layer3_data_gradient(const Convolution& row);
  static void layer2_data_gradient(const Convolution& row);
  static void layer3_weight_gradient(const WeightGradientRows& rows);
  // left has a row more on either side: left[row + 1] belongs to right[row]
  static void layer2_weight_gradient(const WeightGradientRows& rows);
  static void layer1_weight_gradient(const WeightGradientRows& rows);
};

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
