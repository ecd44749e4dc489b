// Where the tensors of CNN-10 lie in the parameter vector (state_dict order) and how an image is cut into tiles.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <string>

#include "engine/engine.h"

namespace ldct::cuda {

constexpr int weights1 = 0, bias1 = 5184, weights2 = 5248, bias2 = 23680, weights3 = 23712, bias3 = 24512;
constexpr int channels1 = 64, channels2 = 32;

// A tile: its image and its top left pixel there.
struct Place {
  int image, row, column;
};

// The tiles of n images: of the same size, the last ones of a row or column reach over the edge.
struct Tiles {
  int rows, columns;  // of an image
  int down, across;   // tiles of an image
  int count;          // of all images

  // Whether a pixel, counted from the tile's first, lies in the image, and which of all images' pixels it is.
  __device__ __forceinline__ bool inside(const Place& at, int row, int column) const {
    return at.row + row >= 0 && at.row + row < rows && at.column + column >= 0 && at.column + column < columns;
  }
  __device__ __forceinline__ int pixel(const Place& at, int row, int column) const {
    return (at.image * rows + at.row + row) * columns + at.column + column;
  }
};

// Throws Error if a pixel's index does not fit an int.
template <int ROWS, int COLUMNS>
Tiles cut(int32_t n, Shape shape) {
  if (n > INT32_MAX / (shape.pixels() + 1)) {
    throw Error(LDCT_INVALID_ARGUMENT, "a minibatch of " + std::to_string(n) + " images of " +
                                           std::to_string(shape.rows) + " x " + std::to_string(shape.columns) +
                                           " pixels is more than a call can take; use fewer images");
  }
  const int down = (shape.rows + ROWS - 1) / ROWS, across = (shape.columns + COLUMNS - 1) / COLUMNS;
  return {shape.rows, shape.columns, down, across, n * down * across};
}

template <int ROWS, int COLUMNS>
__device__ __forceinline__ Place place(const Tiles& tiles, int tile) {
  const int of_image = tiles.across * tiles.down, in_image = tile % of_image;
  return {tile / of_image, in_image / tiles.across * ROWS, in_image % tiles.across * COLUMNS};
}

}  // namespace ldct::cuda
