// Enqueues a kernel; a launch that CUDA refuses becomes an Error that names the kernel.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "network/check.h"

namespace ldct::cuda {

// More dynamic shared memory than this a kernel must be allowed first.
constexpr size_t shared_without_opt_in = 48 << 10;

template <class... Parameters, class... Arguments>
void launch(const char* name, void (*kernel)(Parameters...), int blocks, int threads, size_t shared_bytes,
            cudaStream_t stream, Arguments... arguments) {
  if (shared_bytes > shared_without_opt_in) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)),
          name);
  }
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), name);
}

}  // namespace ldct::cuda
