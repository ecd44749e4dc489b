// The update rules of the original: PyTorch's Adam, SGD and RMSprop with its fixed constants. The same lines serve every
// engine; compiled without fused multiply-add they give the same bits everywhere.
#pragma once

#include <cmath>
#include <cstdint>

#include "ldct.h"

#ifdef __CUDACC__
#define LDCT_HOST_DEVICE __host__ __device__
#else
#define LDCT_HOST_DEVICE
#endif

namespace ldct {

// The numbers of one step; scalars are formed in double and rounded once.
struct Update {
  int32_t kind;
  int32_t first;          // whether this is the first step
  float rate;             // Adam: lr / (1 - beta1^t); else lr
  float decay1, gain1;    // Adam: beta1, 1 - beta1; SGD: momentum, 1 - dampening
  float decay2, gain2;    // Adam: beta2, 1 - beta2; RMSprop: 0.99, 0.01
  float inverse_root;     // Adam: 1 / sqrt(1 - beta2^t): a multiplication costs a tenth of a division

  // step counts from 1.
  static Update of(const ldct_trainer_options& options, int64_t step);
};

constexpr float update_epsilon = 1e-8f;

LDCT_HOST_DEVICE inline void adam(const Update& u, float g, float& parameter, float& moment1, float& moment2) {
  float m = moment1 + u.gain1 * (g - moment1);
  float v = moment2 * u.decay2 + u.gain2 * g * g;
  moment1 = m;
  moment2 = v;
  parameter -= u.rate * (m / (sqrtf(v) * u.inverse_root + update_epsilon));
}

// Without momentum the gain does not apply; nor does it on the first step.
LDCT_HOST_DEVICE inline void sgd(const Update& u, float g, float& parameter, float& moment) {
  if (u.decay1 != 0) {
    moment = u.first ? g : moment * u.decay1 + u.gain1 * g;
    g = moment;
  }
  parameter -= u.rate * g;
}

LDCT_HOST_DEVICE inline void rmsprop(const Update& u, float g, float& parameter, float& moment) {
  float v = moment * u.decay2 + u.gain2 * g * g;
  moment = v;
  parameter -= u.rate * (g / (sqrtf(v) + update_epsilon));
}

}  // namespace ldct
