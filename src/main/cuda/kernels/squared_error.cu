#include "device/sum.cuh"
#include "kernels/clip.cuh"
#include "kernels/pixels.h"
#include "kernels/quality.h"

namespace ldct::cuda {
namespace {

__global__ void __launch_bounds__(pixel_threads)
    squared_error_kernel(Pairs pairs, int64_t blocks_an_image, double* partials) {
  const int64_t image = blockIdx.x / blocks_an_image, stretch = blockIdx.x % blocks_an_image;
  const int64_t pixels = pairs.shape.pixels(), begin = stretch * pixels_a_block;
  const int64_t end = min(begin + pixels_a_block, pixels);
  const float* target = pairs.target + image * pixels;
  const float* prediction = pairs.prediction + image * pixels;
  double sum = 0;
  for (int64_t i = begin + threadIdx.x; i < end; i += pixel_threads) {
    const float difference = clipped(target[i], pairs.low, pairs.high) - clipped(prediction[i], pairs.low, pairs.high);
    sum += static_cast<double>(difference * difference);
  }
  sum = block_sum<pixel_threads>(sum);
  if (threadIdx.x == 0) {
    partials[blockIdx.x] = sum;
  }
}

}  // namespace

void mean_squared_error(cudaStream_t stream, const Pairs& pairs, double* scratch, double* result) {
  const int64_t blocks = pixel_blocks(pairs.shape);
  launch("squared_error", stream, pixel_grid(pairs.n, pairs.shape), squared_error_kernel, real_bounds(pairs), blocks,
         scratch);
  sum_parts(stream, scratch, pairs.n, blocks, static_cast<double>(pairs.shape.pixels()), result);
}

}  // namespace ldct::cuda
