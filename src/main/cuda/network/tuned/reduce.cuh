// Adds up what the blocks of the gradient kernels left, always in the same order, in double.
#pragma once

#include "network/tuned/layout.cuh"

namespace ldct::cuda {

// What a block knows of the loss: the sum of its squared differences and of the gradient of its outputs.
struct LossPart {
  double squares, delta;
};

constexpr int reduce_threads = 256, reduce_slices = 8, reduce_columns = reduce_threads / reduce_slices;

// Sum over a block of THREADS threads, the same in all of them.
template <int THREADS>
__device__ inline double block_sum(double value) {
  __shared__ double memory[THREADS / 32];
  for (int distance = 16; distance > 0; distance /= 2) {
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  }
  if (threadIdx.x % 32 == 0) {
    memory[threadIdx.x / 32] = value;
  }
  __syncthreads();
  double sum = 0;
  for (double part : memory) {
    sum += part;
  }
  __syncthreads();
  return sum;
}

// What count blocks left, ORDER::size values each; ORDER::parameter(position) says what a value is, -1: nothing.
template <class ORDER>
struct Parts {
  const float* data;
  int count;
};

// Parts in the order of the parameters [BEGIN, END).
template <int BEGIN, int END>
struct ParameterOrder {
  static constexpr int size = END - BEGIN;
  static __host__ __device__ int parameter(int position) { return BEGIN + position; }
};

template <class Order>
constexpr int reduce_blocks = (Order::size + reduce_columns - 1) / reduce_columns;

// The sums of the positions that a block has, block counting from 0 on.
template <class Order>
__device__ __forceinline__ void reduce_parts(const Parts<Order>& parts, int block, double* memory, float* gradients) {
  const int thread = static_cast<int>(threadIdx.x);
  const int position = block * reduce_columns + thread % reduce_columns;
  double sum = 0;
  if (position < Order::size) {
    for (int i = thread / reduce_columns; i < parts.count; i += reduce_slices) {
      sum += static_cast<double>(parts.data[static_cast<int64_t>(i) * Order::size + position]);
    }
  }
  memory[thread] = sum;
  __syncthreads();
  if (thread < reduce_columns && position < Order::size) {
    for (int slice = 1; slice < reduce_slices; slice++) {
      sum += memory[slice * reduce_columns + thread];
    }
    const int parameter = Order::parameter(position);
    if (parameter >= 0) {
      gradients[parameter] = static_cast<float>(sum);
    }
  }
}

// All gradients but the last bias, which the last block sees to together with the loss.
template <class Early, class Late>
__global__ void __launch_bounds__(reduce_threads)
    reduce_gradients(Parts<Early> early, Parts<Late> late, const LossPart* loss_parts, int loss_count, double elements,
                     float* gradients, float* loss) {
  __shared__ double memory[reduce_threads];
  const int block = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
  if (block < reduce_blocks<Early>) {
    reduce_parts(early, block, memory, gradients);
  } else if (block < reduce_blocks<Early> + reduce_blocks<Late>) {
    reduce_parts(late, block - reduce_blocks<Early>, memory, gradients);
  } else {
    double squares = 0, delta = 0;
    for (int i = thread; i < loss_count; i += reduce_threads) {
      squares += loss_parts[i].squares;
      delta += loss_parts[i].delta;
    }
    squares = block_sum<reduce_threads>(squares);
    delta = block_sum<reduce_threads>(delta);
    if (thread == 0) {
      *loss = static_cast<float>(squares / elements);
      gradients[bias3] = static_cast<float>(delta);
    }
  }
}

}  // namespace ldct::cuda
