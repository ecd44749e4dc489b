#include "cpu/optimizer.h"

#include <algorithm>
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

LDCT_WIDE void add_two(const float* a, const float* b, int64_t count, float* __restrict sum) {
  for (int64_t i = 0; i < count; i++) {
    sum[i] = a[i] + b[i];
  }
}

// sums += the n shares one after the other (first: =).
LDCT_WIDE void add_shares(const float* const* shares, int64_t n, int64_t begin, int64_t count, bool first,
                          double* __restrict sums) {
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    Doubles total = {};
    if (!first) {
      std::memcpy(&total, sums + i, sizeof total);
    }
    for (int64_t s = 0; s < n; s++) {
      Floats share;
      std::memcpy(&share, shares[s] + begin + i, sizeof share);
      total += __builtin_convertvector(share, Doubles);
    }
    std::memcpy(sums + i, &total, sizeof total);
  }
  for (; i < count; i++) {
    double total = first ? 0 : sums[i];
    for (int64_t s = 0; s < n; s++) {
      total += static_cast<double>(shares[s][begin + i]);
    }
    sums[i] = total;
  }
}

LDCT_WIDE void round_sums(const double* __restrict sums, int64_t count, float* __restrict rounded) {
  for (int64_t i = 0; i < count; i++) {
    rounded[i] = static_cast<float>(sums[i]);
  }
}

// As many streams as the processor follows ahead, and sums that stay in the first-level cache.
constexpr int64_t shares_at_once = 4, most_sums = 1024;

}  // namespace

void sum_shares(const float* const* shares, int64_t n, int64_t begin, int64_t count, float* sum) {
  if (n == 2) {
    add_two(shares[0] + begin, shares[1] + begin, count, sum);
    return;
  }
  double sums[most_sums];
  for (int64_t at = 0; at < count; at += most_sums) {
    const int64_t part = std::min(most_sums, count - at);
    for (int64_t share = 0; share < n; share += shares_at_once) {
      add_shares(shares + share, std::min(shares_at_once, n - share), begin + at, part, share == 0, sums);
    }
    round_sums(sums, part, sum + at);
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
