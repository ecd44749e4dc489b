// The dynamic shared memory of a block, of the size that its launch asked for.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

// All kernels see the same memory: call it once a kernel and carve from there. Aligned for any vector type.
template <class T>
__device__ __forceinline__ T* dynamic_shared() {
  extern __shared__ __align__(128) unsigned char memory[];
  return reinterpret_cast<T*>(memory);
}

}  // namespace ldct::cuda
