// The weights as right factors of the products, in the order in which lanes load them.
#pragma once

#include "network/tuned/tensor/fragments.cuh"

namespace ldct::cuda::tensor {

// Windows of one channel have their rows padded to an even number of taps, so that pairs do not straddle them.
constexpr int row_taps1 = 10, steps1 = 6;  // 9 rows of 10 taps in 96
constexpr int row_taps3 = 6, steps3 = 2;   // 5 rows of 6 taps in 32

// Counted in steps of 16 x 32 values.
constexpr int forward1_steps = 2 * steps1, forward2_steps = 3 * 4 * 3, backward2_steps = 2 * 3 * 2 * 3;
constexpr int all_steps = forward1_steps + forward2_steps + backward2_steps + steps3 + steps3;

struct Weights {
  uint4* forward1;   // [half of the outputs][step]
  uint4* forward2;   // [kx][step][ky]
  uint4* backward2;  // [half of the inputs][kx][step][ky], window turned
  uint4* backward3;  // [step], window turned
  uint4* forward3;   // [step], columns are taps
};

// Row k of step `step` and column n: what a product multiplies. Functions of the parameters, zero where padded.
__device__ inline float forward1_weight(const float* parameters, int step, int k, int fragment, int column) {
  const int tap = step % steps1 * 16 + k, ky = tap / row_taps1, kx = tap % row_taps1;
  const int channel = step / steps1 * 32 + channel_of_column(fragment, column);
  return ky < 9 && kx < 9 ? parameters[weights1 + channel * 81 + ky * 9 + kx] : 0.0f;
}
__device__ inline float forward2_weight(const float* parameters, int step, int k, int fragment, int column) {
  const int ky = step % 3, input = step / 3 % 4 * 16 + k, kx = step / 12;
  const int output = channel_of_column(fragment, column);
  return parameters[weights2 + (output * channels1 + input) * 9 + ky * 3 + kx];
}
__device__ inline float backward2_weight(const float* parameters, int step, int k, int fragment, int column) {
  const int ky = step % 3, output = step / 3 % 2 * 16 + k, kx = step / 6 % 3;
  const int input = step / 18 * 32 + channel_of_column(fragment, column);
  return parameters[weights2 + (output * channels1 + input) * 9 + 8 - ky * 3 - kx];
}
__device__ inline float backward3_weight(const float* parameters, int step, int k, int fragment, int column) {
  const int tap = step * 16 + k, ky = tap / row_taps3, kx = tap % row_taps3;
  const int channel = channel_of_column(fragment, column);
  return ky < 5 && kx < 5 ? parameters[weights3 + channel * 25 + 24 - ky * 5 - kx] : 0.0f;
}
// Lane t's four words of a pixel's 32 channels, 8t to 8t + 7, serve as a[0] and a[2] of both steps in turn.
__device__ inline float forward3_weight(const float* parameters, int step, int k, int fragment, int column) {
  const int channel = k % 8 / 2 * 8 + step * 4 + k / 8 * 2 + k % 2, tap = fragment * 8 + column;
  return tap < 25 ? parameters[weights3 + channel * 25 + tap] : 0.0f;
}

constexpr int arrange_threads = 256;
constexpr int arrange_blocks = (all_steps * step_fragments + arrange_threads - 1) / arrange_threads;

// One thread's uint4 of a step, by weight(step, k, fragment, column).
template <class Weight>
__device__ __forceinline__ uint4 arranged(int index, Weight weight) {
  const int step = index / step_fragments, lane = index % 32, g = lane / 4, t = lane % 4;
  const int fragment = index % step_fragments / 32 * 2;
  uint32_t words[4];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    const int k = i % 2 * 8 + 2 * t;
    words[i] = pack_bfloat16(weight(step, k, fragment + i / 2, g), weight(step, k + 1, fragment + i / 2, g));
  }
  return make_uint4(words[0], words[1], words[2], words[3]);
}

static __global__ void __launch_bounds__(arrange_threads) arrange_weights(const float* parameters, Weights to) {
  int index = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  auto fill = [&](uint4* array, int steps, auto weight) {
    if (index >= 0 && index < steps * step_fragments) {
      array[index] = arranged(index, [&](int step, int k, int fragment, int column) {
        return weight(parameters, step, k, fragment, column);
      });
    }
    index -= steps * step_fragments;
  };
  fill(to.forward1, forward1_steps, forward1_weight);
  fill(to.forward2, forward2_steps, forward2_weight);
  fill(to.backward2, backward2_steps, backward2_weight);
  fill(to.backward3, steps3, backward3_weight);
  fill(to.forward3, steps3, forward3_weight);
}

}  // namespace ldct::cuda::tensor
