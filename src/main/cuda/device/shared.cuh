// The dynamic shared memory of a block. Kernels ask here and declare no array of their own, so that host tests can put
// their own memory in its place.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

template <class T>
__device__ __forceinline__ T* dynamic_shared() {
  extern __shared__ __align__(128) unsigned char ldct_dynamic_shared[];
  return reinterpret_cast<T*>(ldct_dynamic_shared);
}

}  // namespace ldct::cuda
