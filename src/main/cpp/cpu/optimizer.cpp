#include "cpu/optimizer.h"

#include <cstring>

namespace ldct {
namespace cpu {
namespace {

// Compiled for several instruction sets, one of which is taken when the library is loaded. Square root and
// division are exact in all of them, so the bits are the same.
#define LDCT_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))

constexpr int lanes = 8;
using Floats = float __attribute__((vector_size(lanes * sizeof(float))));
using Doubles = double __attribute__((vector_size(lanes * sizeof(double))));

LDCT_WIDE void apply_adam(const Update& u, int64_t count, const float* __restrict gradient,
                          float* __restrict parameters, float* __restrict moment1, float* __restrict moment2) {
  const Update copy = u;
  for (int64_t i = 0; i < count; i++) {
    adam(copy, gradient[i], parameters[i], moment1[i], moment2[i]);
  }
}

}  // namespace

LDCT_WIDE void add_two(const float* a, const float* b, int64_t count, float* __restrict sum) {
  for (int64_t i = 0; i < count; i++) {
    sum[i] = a[i] + b[i];
  }
}

LDCT_WIDE void add_shares(const float* const* shares, int64_t n, int64_t count, bool first, double* __restrict sums) {
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    Doubles total = {};
    if (!first) {
      std::memcpy(&total, sums + i, sizeof total);
    }
    for (int64_t s = 0; s < n; s++) {
      Floats share;
      std::memcpy(&share, shares[s] + i, sizeof share);
      total += __builtin_convertvector(share, Doubles);
    }
    std::memcpy(sums + i, &total, sizeof total);
  }
  for (; i < count; i++) {
    double total = first ? 0 : sums[i];
    for (int64_t s = 0; s < n; s++) {
      total += static_cast<double>(shares[s][i]);
    }
    sums[i] = total;
  }
}

LDCT_WIDE void round_sums(const double* __restrict sums, int64_t count, float* __restrict rounded) {
  for (int64_t i = 0; i < count; i++) {
    rounded[i] = static_cast<float>(sums[i]);
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
