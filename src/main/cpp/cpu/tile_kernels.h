// Kernels on AMX tiles, by number of bfloat16 terms. Plain data only, as in kernels.h.
#pragma once

#include "cpu/kernels.h"

namespace ldct {
namespace cpu {

template <int TERMS>
struct TileConvolution {
  static void pack(const Network& network, const TurnedWeights& turned, void* operands);
  static void layer1(const ConvolutionRow& row);
  static void layer2(const ConvolutionRow& row);
  static void layer2_data_gradient(const ConvolutionRow& row);
};

template <int TERMS>
struct TileWeightGradient {
  static void layer2(const WeightGradientRow& row);
  static void layer1(const WeightGradientRow& row);
};

}  // namespace cpu
}  // namespace ldct
