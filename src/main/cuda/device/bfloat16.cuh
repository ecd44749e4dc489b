// Two bfloat16 in a register, as the tensor cores take them.
#pragma once

#include <cuda_bf16.h>

#include <cstdint>
#include <cstring>

namespace ldct::cuda {

__device__ __forceinline__ uint32_t pack_bfloat16(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  uint32_t bits;
  memcpy(&bits, &pair, sizeof bits);
  return bits;
}

}  // namespace ldct::cuda
