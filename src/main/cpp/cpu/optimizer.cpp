#include "cpu/optimizer.h"

namespace ldct {
namespace cpu {
namespace {

// Compiled for several instruction sets, one of which is taken when the library is loaded. Square root and
// division are exact in all of them, so the bits are the same.
#define LDCT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))

LDCT_WIDE void apply_adam(const Update& u, int64_t count, const float* __restrict gradient,
                          float* __restrict parameters, float* __restrict moment1, float* __restrict moment2) {
  const Update copy = u;
  for (int64_t i = 0; i < count; i++) {
    adam(copy, gradient[i], parameters[i], moment1[i], moment2[i]);
  }
}

}  // namespace

LDCT_WIDE void add_to(double* __restrict sums, const float* __restrict share, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    sums[i] += static_cast<double>(share[i]);
  }
}

void apply(const Update& update, int64_t count, const float* gradient, float* parameters, float* moment1,
           float* moment2) {
  switch (update.kind) {
    case LDCT_ADAM:
      apply_adam(update, count, gradient, parameters, moment1, moment2);
      break;
    case LDCT_SGD:
      for (int64_t i = 0; i < count; i++) {
        sgd(update, gradient[i], parameters[i], moment1[i]);
      }
      break;
    default:
      for (int64_t i = 0; i < count; i++) {
        rmsprop(update, gradient[i], parameters[i], moment1[i]);
      }
  }
}

}  // namespace cpu
}  // namespace ldct
