// The weights as right factors of the products, in the order in which lanes load them.
#pragma once

#include "network/tuned/tensor/fragments.cuh"

namespace ldct::cuda::tensor {

/*
 * A step is a right factor 8 words deep with 32 columns: lane i reads uint4 i, which is b0 and b1 of fragments 0 and 1,
 * and uint4 32 + i, of fragments 2 and 3.
 */
constexpr int step_size = 64;

struct Weights {
  uint4* forward1;   // [half of the outputs][step]
  uint4* forward2;   // [kx][step][ky]
  uint4* backward2;  // [half of the inputs][kx][step][ky], window turned
  uint4* backward3;  // [step], window turned
  uint4* forward3;   // [step], columns are taps
};

template <class E>
struct Steps {
  static constexpr int forward1 = 2 * Depth<E>::window1, forward2 = 9 * Depth<E>::channels1;
  static constexpr int backward2 = 2 * 9 * Depth<E>::channels2, backward3 = Depth<E>::window3;
  static constexpr int forward3 = Depth<E>::channels2;
  static constexpr int all = forward1 + forward2 + backward2 + backward3 + forward3;
};

// A value of a right factor: word 0 to 7 and value within it, fragment 0 to 3 and its column.
struct Cell {
  int step, word, value, fragment, column;
};

// What a product multiplies, as functions of the parameters; zero where padded.
template <class E>
struct Forward1 {
  static __device__ __forceinline__ float weight(const float* parameters, const Cell& at) {
    const int word = at.step % Depth<E>::window1 * 8 + at.word, ky = word / Depth<E>::row_words1;
    const int kx = word % Depth<E>::row_words1 * E::values + at.value;
    const int channel = at.step / Depth<E>::window1 * 32 + channel_of_column(at.fragment, at.column);
    return ky < 9 && kx < 9 ? parameters[weights1 + channel * 81 + ky * 9 + kx] : 0.0f;
  }
};
template <class E>
struct Forward2 {
  static __device__ __forceinline__ float weight(const float* parameters, const Cell& at) {
    const int ky = at.step % 3, kx = at.step / (3 * Depth<E>::channels1);
    const int input = (at.step / 3 % Depth<E>::channels1 * 8 + at.word) * E::values + at.value;
    const int output = channel_of_column(at.fragment, at.column);
    return parameters[weights2 + (output * channels1 + input) * 9 + ky * 3 + kx];
  }
};
template <class E>
struct Backward2 {
  static __device__ __forceinline__ float weight(const float* parameters, const Cell& at) {
    const int ky = at.step % 3, kx = at.step / (3 * Depth<E>::channels2) % 3;
    const int output = (at.step / 3 % Depth<E>::channels2 * 8 + at.word) * E::values + at.value;
    const int input = at.step / (9 * Depth<E>::channels2) * 32 + channel_of_column(at.fragment, at.column);
    return parameters[weights2 + (output * channels1 + input) * 9 + 8 - ky * 3 - kx];
  }
};
template <class E>
struct Backward3 {
  static __device__ __forceinline__ float weight(const float* parameters, const Cell& at) {
    const int word = at.step * 8 + at.word, ky = word / Depth<E>::row_words3;
    const int kx = word % Depth<E>::row_words3 * E::values + at.value;
    const int channel = channel_of_column(at.fragment, at.column);
    return ky < 5 && kx < 5 ? parameters[weights3 + channel * 25 + 24 - ky * 5 - kx] : 0.0f;
  }
};
// Lane t has a pixel's channels 8t to 8t + 7 in its words, of which two serve a step, as a[0] and a[2].
template <class E>
struct Forward3 {
  static __device__ __forceinline__ float weight(const float* parameters, const Cell& at) {
    const int channel = at.word % 4 * 8 + (at.step * 2 + at.word / 4) * E::values + at.value;
    const int tap = at.fragment * 8 + at.column;
    return tap < 25 ? parameters[weights3 + channel * 25 + tap] : 0.0f;
  }
};

constexpr int arrange_threads = 256;
template <class E>
constexpr int arrange_blocks = (Steps<E>::all * step_size + arrange_threads - 1) / arrange_threads;

// Fills uint4 index of an array of steps, if it has that many, and leaves the index into the next array.
template <class E, class Matrix>
__device__ __forceinline__ void arrange(const float* parameters, uint4* array, int steps, int& index) {
  if (index >= 0 && index < steps * step_size) {
    const int lane = index % 32;
    uint32_t words[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
      float values[E::values];
#pragma unroll
      for (int value = 0; value < E::values; value++) {
        const Cell at = {index / step_size, i % 2 * 4 + lane % 4, value, index % step_size / 32 * 2 + i / 2, lane / 4};
        values[value] = Matrix::weight(parameters, at);
      }
      words[i] = E::word(values);
    }
    array[index] = make_uint4(words[0], words[1], words[2], words[3]);
  }
  index -= steps * step_size;
}

template <class E>
__global__ void __launch_bounds__(arrange_threads) arrange_weights(const float* parameters, Weights to) {
  int index = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  arrange<E, Forward1<E>>(parameters, to.forward1, Steps<E>::forward1, index);
  arrange<E, Forward2<E>>(parameters, to.forward2, Steps<E>::forward2, index);
  arrange<E, Backward2<E>>(parameters, to.backward2, Steps<E>::backward2, index);
  arrange<E, Backward3<E>>(parameters, to.backward3, Steps<E>::backward3, index);
  arrange<E, Forward3<E>>(parameters, to.forward3, Steps<E>::forward3, index);
}

}  // namespace ldct::cuda::tensor
