// Stands in for src/main/cuda/device/shared.cuh in host tests. Test only.
#pragma once

#include "cuda_runtime.h"

namespace ldct::cuda {

template <class T>
T* dynamic_shared() {
  return reinterpret_cast<T*>(emulation::dynamic_shared());
}

}  // namespace ldct::cuda
