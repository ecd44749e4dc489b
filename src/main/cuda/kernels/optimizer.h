// The end of an iteration: one launch updates every parameter and records the loss.
#pragma once

#include <cuda_runtime.h>

#include "kernels/chunk.h"

namespace ldct::cuda {

// Device arrays of LDCT_PARAMETER_COUNT floats.
struct Learned {
  float* parameters;
  float* moment1;
  float* moment2;
};

// Applies update chunk->current, stores *loss beside it and moves chunk->next on.
void update_parameters(cudaStream_t stream, Chunk* chunk, const float* loss, const float* gradients,
                       const Learned& learned);

}  // namespace ldct::cuda
