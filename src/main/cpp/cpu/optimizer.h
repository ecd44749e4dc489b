// The update rules of the original: PyTorch's Adam, SGD and RMSprop with its fixed constants.
#pragma once

#include <cstdint>

#include "ldct.h"

namespace ldct {
namespace cpu {

// The numbers of one step; scalars are formed in double and rounded once.
struct Update {
  int32_t kind;
  bool first;
  float rate;            // Adam: lr / (1 - beta1^t); else lr
  float decay1, gain1;   // Adam: beta1, 1 - beta1; SGD: momentum, 1 - dampening
  float decay2, gain2;   // Adam: beta2, 1 - beta2; RMSprop: 0.99, 0.01
  float inverse_root;    // Adam: 1 / sqrt(1 - beta2^t), because a multiplication costs a tenth of a division

  // step counts from 1.
  static Update of(const ldct_trainer_options& options, int64_t step);

  // Element by element: moments and parameters are updated from the gradient.
  void apply(int64_t count, const float* gradient, float* parameters, float* moment1, float* moment2) const;
};

// sums += share, in double.
void add_to(double* __restrict sums, const float* __restrict share, int64_t count);

}  // namespace cpu
}  // namespace ldct
