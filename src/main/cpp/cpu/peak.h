// What this machine's arithmetic units can do at most, for the share that a bench reports.
#pragma once

#include "engine/thread_pool.h"

namespace ldct {
namespace cpu {

// GFLOP/s of all workers together if the units that the chosen kernels compute with did nothing else: float32
// multiply-adds, bfloat16 dot products, or bfloat16 tile products divided by how many of them make one product of the
// precision. Throws Error
// LDCT_UNSUPPORTED where the precision cannot be computed.
double measure_peak(ThreadPool& pool, int precision);

}  // namespace cpu
}  // namespace ldct
