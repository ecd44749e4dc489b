// What the device's arithmetic units can do at most, for the share that a bench reports.
#pragma once

#include <cuda_runtime.h>

namespace ldct::cuda {

// Multiply-adds of one launch of multiply_adds.
double multiply_adds_a_launch(int multiprocessors, int rounds);

// Independent float32 multiply-adds on every unit; sink receives one value, so that the compiler keeps the work.
void multiply_adds(cudaStream_t stream, int multiprocessors, int rounds, float* sink);

}  // namespace ldct::cuda
