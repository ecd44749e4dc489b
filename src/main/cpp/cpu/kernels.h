// Row kernels of one instruction set. Plain data only: this header is included by files that are
// compiled for different instruction sets, so it must not define functions.
//
// A row is [pixels][channels] float32. A convolution reads, for every kernel row ("tap row"), the
// window of `depth` = kernel width * input channels consecutive floats that starts at pixel p.
#pragma once

#include <cstdint>

#include "cpu/winograd.h"

namespace ldct {
namespace cpu {

constexpr int max_tap_rows = 5;

// out[p][c] = epilogue(bias[c] + sum over t, k of in[t][p*stride + k] * weights[t][k][c])
struct ConvolutionRow {
  int tap_rows;
  const float* in[max_tap_rows];
  const float* weights[max_tap_rows];  // [depth][channels]
  const float* bias;                   // [channels]; null: zero
  const float* gate;                   // [width][channels]: zero where not positive; null: none
  bool relu;
  int64_t width;
  float* out;
};

// gradient[t][k][c] += sum over p of in[t][p*stride + k] * delta[p][c]
struct WeightGradientRow {
  int tap_rows;
  const float* in[max_tap_rows];
  float* gradient[max_tap_rows];  // [depth][channels]
  const float* delta;             // [width][channels]
  bool first;                     // what is in gradient does not count
  int64_t width;
};

// Four rows of layer 1, layer 2 or its data gradient, by winograd.h. Windows begin at the first tap of the first pixel and
// are readable for `width`, rounded up to four, pixels and two vectors more.
struct WinogradRows {
  const float* in[image_rows];    // from the first row's first tap row to the fourth row's last; layer 2 has window_edge
  const float* weights;           // transformed
  const float* bias;              // [output channels]; null: zero
  const float* gate[block_edge];  // [width][output channels]: zero where not positive; null: none
  bool relu;
  int64_t width;
  float* out[block_edge];  // [width][output channels]
  float* scratch;          // scratch_floats(width)
};

// gradient += the share of so many groups of four rows, in components
struct WinogradGradientRows {
  int groups;
  const float* in[most_groups][image_rows];     // as above
  const float* delta[most_groups][block_edge];  // [width, rounded up to four][output channels]
  float* gradient;                              // as the layer's transformed weights, of layer 2 with channels transposed
  float* bias_gradient;                         // [output channels], += the sums of delta
  bool first;                                   // what is in gradient does not count
  int64_t width;
  float* scratch;  // scratch_floats(width)
};

// Pixels are clipped to these; infinite: no clipping.
struct Bounds {
  float low, high;
};

// Doubles right of a row's column sums, since windows are summed in whole vectors.
constexpr int64_t ssim_slack = 32;

// A pair of images and the stabilising constants of SSIM.
struct QualityPair {
  const float* target;
  const float* prediction;
  int64_t rows, columns;
  Bounds bounds;
  double c1, c2;
  double* scratch;  // 4 * (columns + ssim_slack) doubles
};

struct Kernels {
  const char* name;
  // What layers 1 and 2 and their gradients need for rows of so many pixels.
  int64_t (*scratch_floats)(int64_t width);
  // 9x9, 1 -> 64, ReLU
  void (*layer1)(const WinogradRows&);
  // 3x3, 64 -> 32, ReLU
  void (*layer2)(const WinogradRows&);
  // 5x5, 32 -> 1; window stride 32; weights [160], one output a pixel
  void (*layer3)(const ConvolutionRow&);
  // gradient of layer 3's input: 5x5, 1 -> 32; window stride 1
  void (*layer3_data_gradient)(const ConvolutionRow&);
  // gradient of layer 2's input: 32 -> 64
  void (*layer2_data_gradient)(const WinogradRows&);
  // depth 5 (output gradients), 32 channels (layer 3's input)
  void (*layer3_weight_gradient)(const WeightGradientRow&);
  void (*layer2_weight_gradient)(const WinogradGradientRows&);
  void (*layer1_weight_gradient)(const WinogradGradientRows&);
  void (*transform_weights)(const Network& network, WinogradWeights& to);
  // weights += the kernels' gradient, from sums of components
  void (*add_weight_gradient1)(const float* sums, float* weights1);
  void (*add_weight_gradient2)(const float* sums, float* weights2);
  // Mean over all 7x7 windows; rows and columns at least 7.
  double (*ssim)(const QualityPair&);
  // Sum of squared differences: float32 differences and squares, sum in double.
  double (*squared_error)(const QualityPair&);
  // As many independent multiply-adds as the registers hold, again and again; how many there were.
  int64_t (*multiply_adds)(int64_t rounds);
};

extern const Kernels kernels_plain, kernels_avx2, kernels_avx512;

}  // namespace cpu
}  // namespace ldct
