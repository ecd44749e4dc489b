// Updates of whole parameter vectors.
#pragma once

#include "engine/update.h"

namespace ldct {
namespace cpu {

// Element by element: moments and parameters are updated from the gradient.
void apply(const Update& update, int64_t count, const float* gradient, float* parameters, float* moment1,
           float* moment2);

// sum = a + b: the bits of a sum in double that is rounded, but for the sign of a zero.
void add_two(const float* a, const float* b, int64_t count, float* __restrict sum);

// sums += the n shares one after the other (first: =), in double.
void add_shares(const float* const* shares, int64_t n, int64_t count, bool first, double* __restrict sums);
void round_sums(const double* __restrict sums, int64_t count, float* __restrict rounded);

}  // namespace cpu
}  // namespace ldct
