// Winograd's F(4x4, 3x3): a block of 4x4 outputs from 36 products instead of 144.
//
// A 6x6 window d of the input, a kernel g and the outputs y are related by
//   y = A^T ((G g G^T) * (B^T d B)) A   (* element by element, summed over the input channels).
// With the points 0, a, -a, b, -b and infinity, for one dimension,
//   B^T d = (a²b² d0 - (a² + b²) d2 + d4, (d4 - b² d2) + a (d3 - b² d1), (d4 - b² d2) - a (d3 - b² d1),
//            (d4 - a² d2) + b (d3 - a² d1), (d4 - a² d2) - b (d3 - a² d1), a²b² d1 - (a² + b²) d3 + d5)
//   G g = (g0 / a²b², (g0 + a g1 + a² g2) / 2a²(a² - b²), (g0 - a g1 + a² g2) / 2a²(a² - b²),
//          (g0 + b g1 + b² g2) / 2b²(b² - a²), (g0 - b g1 + b² g2) / 2b²(b² - a²), g2)
//   A^T m = (m0 + m1 + m2 + m3 + m4, a (m1 - m2) + b (m3 - m4), a² (m1 + m2) + b² (m3 + m4),
//            a³ (m1 - m2) + b³ (m3 - m4) + m5).
// The gradient of g is G^T (sum of (B^T d B) * (A e A^T)) G, with e the gradient of y.
//
// A 9x9 kernel is nine 3x3 kernels side by side, so layer 1 is a sum over nine groups of taps whose windows begin three
// pixels apart.
//
// Source: A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016.
#pragma once

#include <cstdint>

#include "cpu/network.h"

namespace ldct {
namespace cpu {

constexpr int block_edge = 4;                         // outputs of a block, rows and columns
constexpr int window_edge = block_edge + kernel2 - 1;  // inputs that it reads
constexpr int components = window_edge * window_edge;  // [row component][column component]
constexpr int half_components = components / 2;

// Float32: with a = 1 and b = 2, kernels by 24 G and results divided by 24^2 at the end, small integers stay exact.
struct Float32Points {
  static constexpr float inner = 1, outer = 2, kernel_scale = 24;
};

// Groups of four rows whose weight gradients are summed in one go.
constexpr int most_groups = 2;

constexpr int image_rows = block_edge + kernel1 - 1;  // that four rows of layer 1 read
constexpr int groups1 = kernel1 / 3;  // of layer 1's taps, rows and columns
constexpr int component_weights1 = groups1 * groups1 * channels1;
constexpr int component_weights2 = channels1 * channels2;

// Floats between two components' arrays, so that not all start in the same set of the cache.
constexpr int component_gap = 16;
constexpr int component_pitch2 = component_weights2 + component_gap;

// So many blocks of a row are computed at a time: a component of theirs stays in the first-level cache, all components
// in the second.
constexpr int most_blocks = 16;
// Gradients read and write their sums once for so many blocks, which may belong to several groups of rows.
constexpr int most_gradient_blocks = 32;

// The weights as the products read them; each worker has its own.
struct WinogradWeights {
  // [channels1 / W][component][group row][group column][W], W channels two vectors of the instruction set.
  alignas(64) float layer1[components * component_weights1];
  alignas(64) float layer2[components * component_pitch2];  // [component][channels1][channels2]
  // Of the kernel turned by half a turn, [component][channels2][channels1].
  alignas(64) float data_gradient2[components * component_pitch2];
};

}  // namespace cpu
}  // namespace ldct
