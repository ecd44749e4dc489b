#include "device/launch.h"
#include "kernels/peak.h"

namespace ldct::cuda {
namespace {

constexpr int threads = 256, blocks_a_multiprocessor = 8, chains = 16;

__global__ void __launch_bounds__(threads) multiply_adds_kernel(int rounds, float factor, float* sink) {
  float values[chains];
#pragma unroll
  for (int i = 0; i < chains; i++) {
    values[i] = static_cast<float>(threadIdx.x + i);
  }
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int i = 0; i < chains; i++) {
      values[i] = __fmaf_rn(values[i], factor, 1.0f);
    }
  }
  float sum = 0;
#pragma unroll
  for (int i = 0; i < chains; i++) {
    sum += values[i];
  }
  if (sum == -1.0f) {
    *sink = sum;
  }
}

}  // namespace

double multiply_adds_a_launch(int multiprocessors, int rounds) {
  return static_cast<double>(multiprocessors) * blocks_a_multiprocessor * threads * chains * rounds;
}

void multiply_adds(cudaStream_t stream, int multiprocessors, int rounds, float* sink) {
  const Grid grid{dim3(static_cast<unsigned>(multiprocessors * blocks_a_multiprocessor)), dim3(threads)};
  launch("multiply_adds", stream, grid, multiply_adds_kernel, rounds, 0.5f, sink);
}

}  // namespace ldct::cuda
