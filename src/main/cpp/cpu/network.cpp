#include "cpu/network.h"

#include <cstring>

namespace ldct {
namespace cpu {
namespace {

// Calls move(index in the order of ldct.h, kernel-order float) for every parameter.
template <class Net, class Move>
void for_each_parameter(Net& network, const Move& move) {
  int64_t i = 0;
  auto weights = [&](auto* packed, int inputs, int outputs, int kernel, bool turned) {
    int taps = kernel * kernel;
    for (int out = 0; out < outputs; out++) {
      for (int in = 0; in < inputs; in++) {
        for (int tap = 0; tap < taps; tap++) {
          int at = turned ? taps - 1 - tap : tap;
          move(i++, packed[(at * inputs + in) * outputs + out]);
        }
      }
    }
  };
  auto bias = [&](auto* packed, int outputs) {
    for (int out = 0; out < outputs; out++) {
      move(i++, packed[out]);
    }
  };
  weights(network.weights1, 1, channels1, kernel1, false);
  bias(network.bias1, channels1);
  weights(network.weights2, channels1, channels2, kernel2, false);
  bias(network.bias2, channels2);
  weights(network.turned_weights3, channels2, 1, kernel3, true);
  bias(network.bias3, 1);
}

}  // namespace

void to_kernel_order(const float* parameters, Network& network) {
  for_each_parameter(network, [&](int64_t i, float& packed) { packed = parameters[i]; });
}

void from_kernel_order(const Network& network, float* parameters) {
  for_each_parameter(network, [&](int64_t i, const float& packed) { parameters[i] = packed; });
}

void upright_weights3(const Network& network, float* weights3) {
  constexpr int taps = kernel3 * kernel3;
  for (int tap = 0; tap < taps; tap++) {
    std::memcpy(weights3 + tap * channels2, network.turned_weights3 + (taps - 1 - tap) * channels2,
                channels2 * sizeof(float));
  }
}

}  // namespace cpu
}  // namespace ldct
