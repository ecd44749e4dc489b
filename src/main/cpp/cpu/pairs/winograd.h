// Winograd's F(4x4, 3x3) in bfloat16: as cpu/winograd.h, transformed in float32, but components are rounded, except layer 1's
// forward.
#pragma once

#include "cpu/winograd.h"

namespace ldct {
namespace cpu {
namespace pairs {

// The points that lose least: gradients are about as exact as by direct products of bfloat16.
struct Bfloat16Points {
  static constexpr float inner = 0.75f, outer = 1.5f, kernel_scale = 1;
};

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
