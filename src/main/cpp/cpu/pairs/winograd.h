// Winograd's F(4x4, 3x3) for layers 1 and 2 in bfloat16: the blocks, windows, components and groups of taps of
// cpu/winograd.h, by other points.
//
// With the points 0, a, -a, b, -b and infinity, for one dimension,
//   B^T d = (a²b² d0 - (a² + b²) d2 + d4, (d4 - b² d2) + a (d3 - b² d1), (d4 - b² d2) - a (d3 - b² d1),
//            (d4 - a² d2) + b (d3 - a² d1), (d4 - a² d2) - b (d3 - a² d1), a²b² d1 - (a² + b²) d3 + d5)
//   G g = (g0 / a²b², (g0 + a g1 + a² g2) / 2a²(a² - b²), (g0 - a g1 + a² g2) / 2a²(a² - b²),
//          (g0 + b g1 + b² g2) / 2b²(b² - a²), (g0 - b g1 + b² g2) / 2b²(b² - a²), g2)
//   A^T m = (m0 + m1 + m2 + m3 + m4, a (m1 - m2) + b (m3 - m4), a² (m1 + m2) + b² (m3 + m4), a³ (m1 - m2) + b³ (m3 - m4) + m5).
// Transforms are float32; their results are rounded. a = 3/4 and b = 3/2 lose least: gradients are about as exact as by
// direct products of bfloat16.
#pragma once

#include <cstdint>

#include "cpu/network.h"
#include "cpu/winograd.h"

namespace ldct {
namespace cpu {
namespace pairs {

constexpr float a = 0.75f, a2 = a * a, a3 = a2 * a;
constexpr float b = 1.5f, b2 = b * b, b3 = b2 * b;

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
