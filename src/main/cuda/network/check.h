// A failed CUDA call becomes an Error with the status that ldct.h promises.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

// Throws Error: out of memory, device lost (sticky errors) or device error, with what was being done.
void check(cudaError_t status, const char* doing);

}  // namespace ldct::cuda
