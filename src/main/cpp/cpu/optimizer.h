// Updates of whole parameter vectors.
#pragma once

#include "engine/update.h"

namespace ldct {
namespace cpu {

// Element by element: moments and parameters are updated from the gradient.
void apply(const Update& update, int64_t count, const float* gradient, float* parameters, float* moment1,
           float* moment2);

// sum [count] = the n shares' elements from begin on, in the order of the shares: added in double and rounded, which of two
// shares gives the bits of a float32 sum but for the sign of a zero.
void sum_shares(const float* const* shares, int64_t n, int64_t begin, int64_t count, float* sum);

}  // namespace cpu
}  // namespace ldct
