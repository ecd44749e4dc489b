// Updates of whole parameter vectors.
#pragma once

#include "engine/update.h"

namespace ldct {
namespace cpu {

// Element by element: moments and parameters are updated from the gradient.
void apply(const Update& update, int64_t count, const float* gradient, float* parameters, float* moment1,
           float* moment2);

// sums += share, in double.
void add_to(double* __restrict sums, const float* __restrict share, int64_t count);

}  // namespace cpu
}  // namespace ldct
