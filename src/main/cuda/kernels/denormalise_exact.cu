#include "device/sum.cuh"
#include "kernels/pixels.h"
#include "kernels/quality.h"

namespace ldct::cuda {
namespace {

__global__ void __launch_bounds__(pixel_threads)
    denormalise_kernel(Normalised images, int64_t blocks_an_image, double* partials) {
  const int64_t image = blockIdx.x / blocks_an_image, stretch = blockIdx.x % blocks_an_image;
  const int64_t pixels = images.shape.pixels(), begin = stretch * pixels_a_block;
  const int64_t end = min(begin + pixels_a_block, pixels);
  float* target = images.target + image * pixels;
  float* prediction = images.prediction + image * pixels;
  double sum = 0;
  for (int64_t i = begin + threadIdx.x; i < end; i += pixel_threads) {
    const double difference = static_cast<double>(prediction[i] - target[i]);
    sum += difference * difference;
    prediction[i] = prediction[i] * images.scale + images.offset;
    target[i] = target[i] * images.scale + images.offset;
  }
  sum = block_sum<pixel_threads>(sum);
  if (threadIdx.x == 0) {
    partials[blockIdx.x] = sum;
  }
}

}  // namespace

void denormalise(cudaStream_t stream, const Normalised& images, double* scratch, double* result) {
  const int64_t blocks = pixel_blocks(images.shape);
  launch("denormalise", stream, pixel_grid(images.n, images.shape), denormalise_kernel, images, blocks, scratch);
  sum_parts(stream, scratch, images.n, blocks, 1.0, result);
}

}  // namespace ldct::cuda
