// How image-wise sums are cut: a block a stretch of an image.
#pragma once

#include <cstdint>

#include "device/launch.h"
#include "engine/engine.h"

namespace ldct::cuda {

constexpr int pixel_threads = 256;
constexpr int64_t pixels_a_block = 8192;

inline int64_t pixel_blocks(Shape shape) { return divide_up(shape.pixels(), pixels_a_block); }

// Blocks of all images in one dimension: block = image * pixel_blocks + stretch.
inline Grid pixel_grid(int64_t n, Shape shape) {
  return {dim3(static_cast<unsigned>(n * pixel_blocks(shape))), dim3(pixel_threads)};
}

}  // namespace ldct::cuda
