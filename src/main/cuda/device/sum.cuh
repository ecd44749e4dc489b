// Sums over the threads of a warp or block, always in the same order.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

// The sum of all lanes, in lane 0.
__device__ __forceinline__ double warp_sum(double value) {
  for (int distance = 16; distance > 0; distance /= 2) {
    value += __shfl_down_sync(0xffffffffu, value, static_cast<unsigned>(distance));
  }
  return value;
}

// The sum of all threads, in thread 0. Every thread of the block calls it once.
template <int threads>
__device__ __forceinline__ double block_sum(double value) {
  static_assert(threads % 32 == 0 && threads <= 1024, "whole warps, and one warp can add their sums");
  __shared__ double sums[threads / 32];
  const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
  value = warp_sum(value);
  if (lane == 0) {
    sums[warp] = value;
  }
  __syncthreads();
  if (warp == 0) {
    value = warp_sum(lane < threads / 32 ? sums[lane] : 0.0);
  }
  return value;
}

}  // namespace ldct::cuda
