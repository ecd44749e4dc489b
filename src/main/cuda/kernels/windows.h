// Crop and normalise: from 16-bit slices to the images of a minibatch.
#pragma once

#include <cuda_runtime.h>

#include "engine/engine.h"
#include "kernels/chunk.h"

namespace ldct::cuda {

// Normalised float32 images [n][rows][columns] of both doses.
struct Crop {
  int32_t n;
  Shape shape;
  float offset, scale;
  float* input;
  float* target;
};

// The windows of iteration chunk->next, which becomes chunk->current.
void read_iteration(cudaStream_t stream, Chunk* chunk, const Crop& crop);

// The first crop.n of the given windows.
void read_windows(cudaStream_t stream, const Window* windows, const Crop& crop);

// Whether the current device can run the kernels of this build.
cudaError_t probe_windows_kernel();

}  // namespace ldct::cuda
