// Winograd's F(2x2, 3x3) for layer 2: a 2x2 block of outputs from 16 products instead of 36. Larger blocks would lose more
// than bfloat16 has.
//
// A 4x4 window d of the input, a kernel g and the outputs y are related by
//   y = A^T ((G g G^T) * (B^T d B)) A   (* element by element, summed over the input channels),
// with, for one dimension, B^T d = (d0 - d2, d1 + d2, d2 - d1, d3 - d1), G g = (g0, (g0 + g1 + g2) / 2,
// (g0 - g1 + g2) / 2, g2) and A^T m = (m0 + m1 + m2, m1 - m2 + m3). Halves are all that is divided by, so
// that small integers stay exact. The gradient of g is G^T (sum of (B^T d B) * (A e A^T)) G, with e the
// gradient of y. Turning the kernel by half a turn only exchanges components 0 and 3.
#pragma once

#include <cstdint>

#include "cpu/network.h"

namespace ldct {
namespace cpu {
namespace pairs {

constexpr int components = 16;  // [row component][column component]
constexpr int component_weights2 = channels1 * channels2;

// Their transform is divided by layer 2's input channels.
constexpr int64_t winograd_pieces = 4;

// Components of the kernel turned by half a turn, in one dimension.
constexpr int turned_component[4] = {3, 1, 2, 0};

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
