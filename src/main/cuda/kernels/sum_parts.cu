#include "device/launch.h"
#include "device/sum.cuh"
#include "kernels/quality.h"

namespace ldct::cuda {
namespace {

constexpr int warps_a_block = 4;

// A warp an image.
__global__ void __launch_bounds__(32 * warps_a_block)
    sum_parts_kernel(const double* partials, int64_t n, int64_t parts, double divisor, double* result) {
  const int64_t image = int64_t{blockIdx.x} * warps_a_block + threadIdx.x / 32;
  if (image >= n) {
    return;
  }
  double sum = 0;
  for (int64_t i = threadIdx.x % 32; i < parts; i += 32) {
    sum += partials[image * parts + i];
  }
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) {
    result[image] = sum / divisor;
  }
}

}  // namespace

void sum_parts(cudaStream_t stream, const double* partials, int64_t n, int64_t parts, double divisor, double* result) {
  const Grid grid{dim3(divide_up(n, warps_a_block)), dim3(32 * warps_a_block)};
  launch("sum_parts", stream, grid, sum_parts_kernel, partials, n, parts, divisor, result);
}

}  // namespace ldct::cuda
