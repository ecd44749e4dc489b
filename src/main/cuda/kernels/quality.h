// SSIM and squared errors of image pairs on the device, one number an image.
#pragma once

#include <cuda_runtime.h>

#include "engine/engine.h"

namespace ldct::cuda {

// Images [n][rows][columns] on the device; pixels are clipped to [low, high], unless low > high.
struct Pairs {
  const float* target;
  const float* prediction;
  int64_t n;
  Shape shape;
  float low, high;
};

// Doubles of scratch memory that each of the functions below needs for n images.
int64_t quality_scratch(int64_t n, Shape shape);

// result [n]: the mean of SSIM over all 7x7 windows that lie inside the images; in double throughout.
void ssim(cudaStream_t stream, const Pairs& pairs, double data_range, double* scratch, double* result);

// result [n]: the mean of float32 squared differences, summed in double.
void mean_squared_error(cudaStream_t stream, const Pairs& pairs, double* scratch, double* result);

// Images [n][rows][columns] on the normalised scale.
struct Normalised {
  float* target;
  float* prediction;
  int64_t n;
  Shape shape;
  float offset, scale;
};

// result [n]: the sum of squared float32 differences in double; then both images go to the stored scale, in place.
void denormalise(cudaStream_t stream, const Normalised& images, double* scratch, double* result);

// result[i] = the sum of partials[i][0..parts) / divisor, always added in the same order.
void sum_parts(cudaStream_t stream, const double* partials, int64_t n, int64_t parts, double divisor, double* result);

}  // namespace ldct::cuda
