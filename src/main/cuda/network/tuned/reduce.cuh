// Adds up what the blocks of the gradient kernels left, always in the same order, in double.
#pragma once

#include "network/tuned/layout.cuh"

namespace ldct::cuda {

// What a block knows of the loss: the sum of its squared differences and of the gradient of its outputs.
struct LossPart {
  double squares, delta;
};

constexpr int reduce_threads = 256, reduce_slices = 8, reduce_columns = reduce_threads / reduce_slices;
constexpr int reduce_blocks = (bias3 + reduce_columns - 1) / reduce_columns + 1;

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

// parts [count][bias3], loss_parts [loss_count]; the last block sees to the loss and the last bias.
static __global__ void __launch_bounds__(reduce_threads)
    reduce_gradients(const float* parts, int count, const LossPart* loss_parts, int loss_count, double elements,
                     float* gradients, float* loss) {
  __shared__ double memory[reduce_threads];
  const int thread = static_cast<int>(threadIdx.x);
  if (blockIdx.x + 1 == gridDim.x) {
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
    return;
  }
  const int parameter = static_cast<int>(blockIdx.x) * reduce_columns + thread % reduce_columns;
  double sum = 0;
  if (parameter < bias3) {
    for (int i = thread / reduce_columns; i < count; i += reduce_slices) {
      sum += static_cast<double>(parts[static_cast<size_t>(i) * bias3 + parameter]);
    }
  }
  memory[thread] = sum;
  __syncthreads();
  if (thread < reduce_columns && parameter < bias3) {
    for (int slice = 1; slice < reduce_slices; slice++) {
      sum += memory[slice * reduce_columns + thread];
    }
    gradients[parameter] = static_cast<float>(sum);
  }
}

}  // namespace ldct::cuda
