// Enqueues a kernel; a launch that CUDA refuses becomes an Error that names the kernel.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "network/check.h"
#include "network/tuned/reduce.cuh"

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

template <class Early, class Late>
void launch_reduce(cudaStream_t stream, const Parts<Early>& early, const Parts<Late>& late, const LossPart* loss_parts,
                   int loss_count, double elements, float* gradients, float* loss) {
  launch("sum of gradients", reduce_gradients<Early, Late>, reduce_blocks<Early> + reduce_blocks<Late> + 1,
         reduce_threads, 0, stream, early, late, loss_parts, loss_count, elements, gradients, loss);
}

}  // namespace ldct::cuda
