// Advice to the compiler about registers.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

// The value as one that the compiler cannot know: what follows from it is computed anew, not kept in registers.
__device__ __forceinline__ int anew(int value) {
  asm volatile("" : "+r"(value));
  return value;
}

}  // namespace ldct::cuda
