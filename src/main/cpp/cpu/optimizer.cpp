#include "cpu/optimizer.h"

#include <cmath>

namespace ldct {
namespace cpu {
namespace {

constexpr float epsilon = 1e-8f;
constexpr double rmsprop_decay = 0.99;

// Compiled for several instruction sets, one of which is taken when the library is loaded. Square root and
// division are exact in all of them, so the bits are the same.
#define LDCT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))

LDCT_WIDE void adam(const Update& u, int64_t count, const float* __restrict gradient, float* __restrict parameters,
                    float* __restrict moment1, float* __restrict moment2) {
  const Update copy = u;
  for (int64_t i = 0; i < count; i++) {
    float g = gradient[i];
    float m = moment1[i] + copy.gain1 * (g - moment1[i]);
    float v = moment2[i] * copy.decay2 + copy.gain2 * g * g;
    moment1[i] = m;
    moment2[i] = v;
    parameters[i] -= copy.rate * (m / (std::sqrt(v) * copy.inverse_root + epsilon));
  }
}

}  // namespace

LDCT_WIDE void add_to(double* __restrict sums, const float* __restrict share, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    sums[i] += static_cast<double>(share[i]);
  }
}

Update Update::of(const ldct_trainer_options& options, int64_t step) {
  Update update{};
  update.kind = options.optimizer;
  update.first = step == 1;
  update.rate = static_cast<float>(options.lr);
  switch (options.optimizer) {
    case LDCT_ADAM: {
      double t = static_cast<double>(step);
      update.rate = static_cast<float>(options.lr / (1 - std::pow(options.beta1, t)));
      update.decay1 = static_cast<float>(options.beta1);
      update.gain1 = static_cast<float>(1 - options.beta1);
      update.decay2 = static_cast<float>(options.beta2);
      update.gain2 = static_cast<float>(1 - options.beta2);
      update.inverse_root = static_cast<float>(1 / std::sqrt(1 - std::pow(options.beta2, t)));
      break;
    }
    case LDCT_SGD:
      update.decay1 = static_cast<float>(options.momentum);
      update.gain1 = static_cast<float>(1 - options.dampening);
      break;
    default:
      update.decay2 = static_cast<float>(rmsprop_decay);
      update.gain2 = static_cast<float>(1 - rmsprop_decay);
  }
  return update;
}

void Update::apply(int64_t count, const float* gradient, float* parameters, float* moment1, float* moment2) const {
  switch (kind) {
    case LDCT_ADAM:
      adam(*this, count, gradient, parameters, moment1, moment2);
      break;
    case LDCT_SGD:
      // Without momentum the gain does not apply; nor does it on the first step.
      for (int64_t i = 0; i < count; i++) {
        float g = gradient[i];
        if (decay1 != 0) {
          moment1[i] = first ? g : moment1[i] * decay1 + gain1 * g;
          g = moment1[i];
        }
        parameters[i] -= rate * g;
      }
      break;
    default:
      for (int64_t i = 0; i < count; i++) {
        float g = gradient[i];
        float v = moment1[i] * decay2 + gain2 * g * g;
        moment1[i] = v;
        parameters[i] -= rate * (g / (std::sqrt(v) + epsilon));
      }
  }
}

}  // namespace cpu
}  // namespace ldct
