// What the device's arithmetic units can do at most, for the share that a bench reports.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace ldct::cuda {

/*
 * Independent multiply-adds on every unit in a precision of ldct.h: float32 ones for LDCT_FP32, products of tensor cores
 * by warp-wide instructions for LDCT_BF16 and LDCT_TF32. sink receives one value at most, so that the compiler keeps the
 * work. Returns how many multiply-adds that is.
 */
double multiply_adds(cudaStream_t stream, int32_t precision, int multiprocessors, int rounds, float* sink);

}  // namespace ldct::cuda
