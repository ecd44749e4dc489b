// The weights in the orders that the plain convolutions read: [input][ky][kx][output].
#pragma once

#include "network/tuned/layout.cuh"

namespace ldct::cuda::plain {

// Data gradients exchange input and output and turn the window.
struct Weights {
  float* forward1;   // [1][81][64]
  float* forward2;   // [64][9][32]
  float* backward2;  // [32][9][64]
  float* backward3;  // [1][25][32]
};

constexpr int arrange_threads = 256, arrange_blocks = (weights3 + arrange_threads - 1) / arrange_threads;

static __global__ void __launch_bounds__(arrange_threads) arrange_weights(const float* parameters, Weights to) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < bias1) {
    to.forward1[i % 81 * channels1 + i / 81] = parameters[i];
  }
  if (i < bias2 - weights2) {
    const int tap = i % 9, input = i / 9 % channels1, output = i / (9 * channels1);
    to.forward2[(input * 9 + tap) * channels2 + output] = parameters[weights2 + i];
    to.backward2[(output * 9 + 8 - tap) * channels1 + input] = parameters[weights2 + i];
  }
  if (i < bias3 - weights3) {
    to.backward3[(24 - i % 25) * channels2 + i / 25] = parameters[weights3 + i];
  }
}

}  // namespace ldct::cuda::plain
