// The one way to launch a kernel: a failed launch becomes an Error that names it.
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "network/check.h"

namespace ldct::cuda {

// More dynamic shared memory than this a kernel must be allowed first.
constexpr size_t shared_without_opt_in = 48 << 10;

struct Grid {
  dim3 blocks, threads;
  size_t shared_bytes = 0;
};

template <class... Parameters, class... Arguments>
void launch(const char* name, cudaStream_t stream, const Grid& grid, void (*kernel)(Parameters...),
            Arguments&&... arguments) {
  if (grid.shared_bytes > shared_without_opt_in) {
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(grid.shared_bytes)),
          name);
  }
  cudaLaunchConfig_t config{};
  config.gridDim = grid.blocks;
  config.blockDim = grid.threads;
  config.dynamicSmemBytes = grid.shared_bytes;
  config.stream = stream;
  check(cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...), name);
}

inline unsigned divide_up(int64_t count, int64_t share) { return static_cast<unsigned>((count + share - 1) / share); }

}  // namespace ldct::cuda
