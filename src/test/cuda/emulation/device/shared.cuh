// The dynamic shared memory of an emulated block. Test only.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

template <class T>
T* dynamic_shared() {
  return reinterpret_cast<T*>(emulation::dynamic_shared());
}

}  // namespace ldct::cuda
