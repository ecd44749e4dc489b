// CNN-10's parameters in the order in which the kernels read them, and their way to and from the
// order of ldct.h. Optimiser state has the same order as the parameters.
#pragma once

#include <cstdint>

#include "ldct.h"

namespace ldct {
namespace cpu {

constexpr int channels1 = 64, channels2 = 32;
constexpr int kernel1 = 9, kernel2 = 3, kernel3 = 5;
constexpr int pad1 = 4, pad2 = 1, pad3 = 2;

// Floats of one tap row of the weights.
constexpr int tap_row1 = kernel1 * channels1;
constexpr int tap_row2 = kernel2 * channels1 * channels2;
constexpr int tap_row3 = kernel3 * channels2;

// Kernel order: weights as [tap row][tap column][input channel][output channel]. Layer 3 is kept
// turned by half a turn: its gradients come out of the weight gradient kernel like that.
struct Network {
  float weights1[kernel1 * tap_row1];
  float bias1[channels1];
  float weights2[kernel2 * tap_row2];
  float bias2[channels2];
  float turned_weights3[kernel3 * tap_row3];
  float bias3[1];
};
static_assert(sizeof(Network) == LDCT_PARAMETER_COUNT * sizeof(float), "no padding, nothing missing");

void to_kernel_order(const float* parameters, Network& network);
void from_kernel_order(const Network& network, float* parameters);
// Layer 3's weights upright: [tap][input channel].
void upright_weights3(const Network& network, float* weights3);

}  // namespace cpu
}  // namespace ldct
