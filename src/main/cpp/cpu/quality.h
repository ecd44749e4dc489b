// SSIM and mean squared error of one pair of images, with a worker's scratch memory.
#pragma once

#include <vector>

#include "cpu/kernels.h"
#include "engine/engine.h"

namespace ldct {
namespace cpu {

// NaN stays NaN.
inline float clipped(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

class Quality {
 public:
  Quality(const Kernels& kernels, std::vector<double>& scratch) : kernels_(kernels), scratch_(scratch) {}

  double ssim(const float* target, const float* prediction, Shape shape, double data_range) {
    scratch_.resize(static_cast<size_t>(8 * (shape.columns + 8)));
    const double k1 = 0.01 * data_range, k2 = 0.03 * data_range;
    return kernels_.ssim({target, prediction, shape.rows, shape.columns, k1 * k1, k2 * k2, scratch_.data()});
  }

  // float32 differences and squares, mean in double.
  double mse(const float* target, const float* prediction, Shape shape) {
    double sum = 0;
    for (int64_t i = 0; i < shape.pixels(); i++) {
      float difference = target[i] - prediction[i];
      sum += static_cast<double>(difference * difference);
    }
    return sum / static_cast<double>(shape.pixels());
  }

 private:
  const Kernels& kernels_;
  std::vector<double>& scratch_;
};

}  // namespace cpu
}  // namespace ldct
