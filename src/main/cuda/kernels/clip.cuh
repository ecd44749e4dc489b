// Clipping as the quality functions mean it.
#pragma once

#include <cuda_runtime.h>

#include <limits>

#include "device/arithmetic.cuh"
#include "kernels/quality.h"

namespace ldct::cuda {

// NaN stays NaN.
__device__ __forceinline__ float clipped(float x, float low, float high) {
  return smaller_or_nan(larger_or_nan(x, low), high);
}

// Bounds out of order mean none.
inline Pairs real_bounds(Pairs pairs) {
  if (pairs.low > pairs.high) {
    pairs.low = -std::numeric_limits<float>::infinity();
    pairs.high = std::numeric_limits<float>::infinity();
  }
  return pairs;
}

}  // namespace ldct::cuda
