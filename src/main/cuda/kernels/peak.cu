#include "kernels/peak.h"

#include "device/launch.h"
#include "device/matrix.cuh"
#include "ldct.h"

namespace ldct::cuda {
namespace {

constexpr int threads = 256, blocks_a_multiprocessor = 4;
// Enough independent sums a thread or warp to hide the latency of an instruction.
constexpr int scalar_chains = 16, matrix_chains = 8;

__global__ void __launch_bounds__(threads) scalar_kernel(int rounds, float factor, float* sink) {
  float values[scalar_chains];
#pragma unroll
  for (int i = 0; i < scalar_chains; i++) {
    values[i] = static_cast<float>(threadIdx.x + i);
  }
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int i = 0; i < scalar_chains; i++) {
      values[i] = __fmaf_rn(values[i], factor, 1.0f);
    }
  }
  float sum = 0;
#pragma unroll
  for (int i = 0; i < scalar_chains; i++) {
    sum += values[i];
  }
  if (sum == -1.0f) {
    *sink = sum;
  }
}

// seed: operands that the compiler cannot know.
template <bool tfloat32>
__global__ void __launch_bounds__(threads) matrix_kernel(int rounds, uint32_t seed, float* sink) {
  const uint32_t a[4] = {seed, seed + threadIdx.x, seed, seed};
  float sums[matrix_chains][4] = {};
#pragma unroll
  for (int i = 0; i < matrix_chains; i++) {
    sums[i][0] = static_cast<float>(i);  // different, so that the compiler cannot see one chain in all of them
  }
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int i = 0; i < matrix_chains; i++) {
      if (tfloat32) {
        multiply_add_tfloat32(sums[i], a, seed, seed);
      } else {
        multiply_add_bfloat16(sums[i], a, seed, seed);
      }
    }
  }
  float sum = 0;
#pragma unroll
  for (int i = 0; i < matrix_chains; i++) {
    sum += sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3];
  }
  if (sum == -1.0f) {
    *sink = sum;
  }
}

}  // namespace

double multiply_adds(cudaStream_t stream, int32_t precision, int multiprocessors, int rounds, float* sink) {
  constexpr uint32_t ones_in_bfloat16 = 0x3f803f80u;  // a number near 1 in tf32 as well
  const int blocks = multiprocessors * blocks_a_multiprocessor;
  const Grid grid{dim3(static_cast<unsigned>(blocks)), dim3(threads)};
  const double threads_rounds = static_cast<double>(blocks) * threads * rounds;
  switch (precision) {
    case LDCT_BF16:
      launch("matrix products", stream, grid, matrix_kernel<false>, rounds, ones_in_bfloat16, sink);
      return threads_rounds / 32 * matrix_chains * 16 * 8 * 16;
    case LDCT_TF32:
      launch("matrix products", stream, grid, matrix_kernel<true>, rounds, ones_in_bfloat16, sink);
      return threads_rounds / 32 * matrix_chains * 16 * 8 * 8;
    default:
      launch("multiply-adds", stream, grid, scalar_kernel, rounds, 0.5f, sink);
      return threads_rounds * scalar_chains;
  }
}

}  // namespace ldct::cuda
