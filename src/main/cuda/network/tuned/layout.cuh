// Where the tensors of CNN-10 lie in the parameter vector (state_dict order) and how an image is cut into tiles.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace ldct::cuda {

constexpr int weights1 = 0, bias1 = 5184, weights2 = 5248, bias2 = 23680, weights3 = 23712, bias3 = 24512;
constexpr int channels1 = 64, channels2 = 32;

// The tiles of n images: ROWS x COLUMNS pixels each, the last ones of a row or column reach over the edge.
struct Tiles {
  int rows, columns;  // of an image
  int down, across;   // tiles of an image
  int count;          // of all images
};

template <int ROWS, int COLUMNS>
Tiles cut(int32_t n, int32_t rows, int32_t columns) {
  int down = (rows + ROWS - 1) / ROWS, across = (columns + COLUMNS - 1) / COLUMNS;
  return {rows, columns, down, across, n * down * across};
}

// The image of a tile and its top left pixel.
struct Place {
  int image, row, column;
};

template <int ROWS, int COLUMNS>
__device__ __forceinline__ Place place(const Tiles& tiles, int tile) {
  int in_image = tile % (tiles.down * tiles.across);
  return {tile / (tiles.down * tiles.across), in_image / tiles.across * ROWS, in_image % tiles.across * COLUMNS};
}

}  // namespace ldct::cuda
