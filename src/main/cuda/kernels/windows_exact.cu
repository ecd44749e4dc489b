#include "device/launch.h"
#include "kernels/windows.h"

namespace ldct::cuda {
namespace {

constexpr int threads = 256;
constexpr int32_t most_blocks_of_images = 65535;

__device__ float stored(const uint16_t* pixel, bool is_signed) {
  return is_signed ? static_cast<float>(static_cast<int16_t>(*pixel)) : static_cast<float>(*pixel);
}

// One thread a pixel of both doses; images beyond the grid's height are taken in turns.
__device__ void crop_images(const Window* windows, const Crop& crop) {
  const int64_t pixels = crop.shape.pixels(), pixel = int64_t{blockIdx.x} * threads + threadIdx.x;
  if (pixel >= pixels) {
    return;
  }
  const int64_t row = pixel / crop.shape.columns, column = pixel - row * crop.shape.columns;
  for (int64_t image = blockIdx.y; image < crop.n; image += gridDim.y) {
    const Window window = windows[image];
    const int64_t from = row * window.pitch + column, to = image * pixels + pixel;
    crop.input[to] = (stored(window.low + from, window.is_signed) - crop.offset) / crop.scale;
    crop.target[to] = (stored(window.high + from, window.is_signed) - crop.offset) / crop.scale;
  }
}

__global__ void __launch_bounds__(threads) read_windows_kernel(const Window* windows, Crop crop) {
  crop_images(windows, crop);
}

__global__ void __launch_bounds__(threads) read_iteration_kernel(Chunk* chunk, Crop crop) {
  const int64_t iteration = chunk->next;
  if (blockIdx.x == 0 && blockIdx.y == 0 && threadIdx.x == 0) {
    chunk->current = iteration;
  }
  crop_images(chunk->windows + iteration * crop.n, crop);
}

Grid grid(const Crop& crop) {
  const unsigned images = static_cast<unsigned>(crop.n < most_blocks_of_images ? crop.n : most_blocks_of_images);
  return {dim3(divide_up(crop.shape.pixels(), threads), images), dim3(threads)};
}

}  // namespace

void read_iteration(cudaStream_t stream, Chunk* chunk, const Crop& crop) {
  launch("read_iteration", stream, grid(crop), read_iteration_kernel, chunk, crop);
}

void read_windows(cudaStream_t stream, const Window* windows, const Crop& crop) {
  launch("read_windows", stream, grid(crop), read_windows_kernel, windows, crop);
}

cudaError_t probe_windows_kernel() {
  cudaFuncAttributes attributes;
  return cudaFuncGetAttributes(&attributes, read_windows_kernel);
}

}  // namespace ldct::cuda
