// Instructions that CUDA has no name for.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

// The larger and the smaller of two; NaN if one of them is.
__device__ __forceinline__ float larger_or_nan(float a, float b) {
  float result;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}
__device__ __forceinline__ float smaller_or_nan(float a, float b) {
  float result;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(result) : "f"(a), "f"(b));
  return result;
}

// 1 / value to about 20 bits, from the upper half of its bits.
__device__ __forceinline__ double rough_reciprocal(double value) {
  double result;
  asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(result) : "d"(value));
  return result;
}

}  // namespace ldct::cuda
