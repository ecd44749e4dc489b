// What this machine's arithmetic units can do at most, for the share that a bench reports.
#pragma once

#include "engine/thread_pool.h"

namespace ldct {
namespace cpu {

// GFLOP/s of all workers together: float32 multiply-adds for LDCT_FP32, bfloat16 tile products for
// the other precisions. Throws Error LDCT_UNSUPPORTED where there are no tiles.
double measure_peak(ThreadPool& pool, int precision);

}  // namespace cpu
}  // namespace ldct
