// Winograd's F(2x2, 3x3) for layer 2: a 2x2 block of outputs from 16 products instead of 36.
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

constexpr int components = 16;  // [row component][column component]
constexpr int component_weights2 = channels1 * channels2;

// So many 2x2 blocks of a row are computed at a time: a component of theirs stays in the first-level
// cache, all components in the second.
constexpr int most_blocks = 32;
// Floats between two components' arrays, so that not all 16 start in the same set of the cache.
constexpr int component_gap = 16;
constexpr int64_t winograd_scratch = components * (most_blocks * (channels1 + channels2) + 2 * component_gap);

// Layer 2's weights, transformed.
struct WinogradWeights {
  float forward[components * component_weights2];        // [component][channels1][channels2]
  float data_gradient[components * component_weights2];  // of the turned kernel, [component][channels2][channels1]
};

// Their transform is divided by layer 2's input channels.
constexpr int64_t winograd_pieces = 4;

// Components of the kernel turned by half a turn, in one dimension.
constexpr int turned_component[4] = {3, 1, 2, 0};

}  // namespace cpu
}  // namespace ldct
