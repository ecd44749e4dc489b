// SSIM and mean squared error of pairs of images, with a worker's scratch memory.
#pragma once

#include <limits>
#include <vector>

#include "cpu/kernels.h"
#include "engine/engine.h"

namespace ldct {
namespace cpu {

class Quality {
 public:
  // Pixels are clipped to [low, high] first, unless low > high.
  Quality(const Kernels& kernels, std::vector<double>& scratch, Shape shape, float low, float high)
      : kernels_(kernels), scratch_(scratch), shape_(shape), bounds_{low, high} {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    if (low > high) {
      bounds_ = {-infinity, infinity};
    }
    scratch_.resize(static_cast<size_t>(4 * (shape.columns + ssim_slack)));
  }

  double ssim(const float* target, const float* prediction, double data_range) {
    const double k1 = 0.01 * data_range, k2 = 0.03 * data_range;
    return kernels_.ssim(pair(target, prediction, k1 * k1, k2 * k2));
  }

  double mse(const float* target, const float* prediction) {
    return kernels_.squared_error(pair(target, prediction, 0, 0)) / static_cast<double>(shape_.pixels());
  }

 private:
  QualityPair pair(const float* target, const float* prediction, double c1, double c2) {
    return {target, prediction, shape_.rows, shape_.columns, bounds_, c1, c2, scratch_.data()};
  }

  const Kernels& kernels_;
  std::vector<double>& scratch_;
  Shape shape_;
  Bounds bounds_;
};

}  // namespace cpu
}  // namespace ldct
