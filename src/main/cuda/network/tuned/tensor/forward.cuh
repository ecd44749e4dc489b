// Layers 1 and 2 forward in one kernel: layer 1 of a tile and its margin stays in shared memory for layer 2.
#pragma once

#include "device/shared.cuh"
#include "network/tuned/tensor/image.cuh"
#include "network/tuned/tensor/weights.cuh"
#include "network/tuned/tensor/window.cuh"

namespace ldct::cuda::tensor {

// Activations [pixel][channel] in bfloat16, and a bit a channel that ReLU let through. All but layer2 null: not wanted.
struct Activations {
  uint4 *layer1, *layer2;
  unsigned char *mask1, *mask2;  // [pixel][8], [pixel][4]
};

// Of a tile of 4 ROWS x 16 pixels; a warp has ROWS rows.
template <int ROWS>
struct ForwardTile {
  static constexpr int rows = warps * ROWS;
  static constexpr int height1 = rows + 2, width1 = tile_columns + 2;            // layer 1 with its margin
  static constexpr int height0 = height1 + 8, width0 = width1 + 8, pitch0 = 28;  // the image below it
  static constexpr int layer1_bytes = height1 * width1 * channels1 * 2;
  static constexpr int shared_bytes = layer1_bytes + height0 * pitch0 * static_cast<int>(sizeof(uint32_t));
};

// Where a pixel of the tile's layer 1 lies.
template <int ROWS>
struct MarginPixel {
  int row, column;  // in the tile, from -1 on
  bool inside, own;
  __device__ __forceinline__ MarginPixel(int pixel, const Place& at, const Tiles& tiles) {
    using Tile = ForwardTile<ROWS>;
    row = pixel / Tile::width1 - 1;
    column = pixel % Tile::width1 - 1;
    const int image_row = at.row + row, image_column = at.column + column;
    inside = image_row >= 0 && image_row < tiles.rows && image_column >= 0 && image_column < tiles.columns;
    own = inside && row >= 0 && row < Tile::rows && column >= 0 && column < tile_columns;
  }
};

// Two warps share 16 pixels, each with half of the channels and its weights in registers.
template <int ROWS>
__device__ __forceinline__ void first_layer(const uint32_t* image, const uint4* weights, const float* bias,
                                            const Lane& own, const Place& at, const Tiles& tiles,
                                            unsigned char* layer1, unsigned char* mask1) {
  using Tile = ForwardTile<ROWS>;
  constexpr int pixels = Tile::height1 * Tile::width1;
  const int half = own.warp % 2;
  uint4 b[steps1][2];
#pragma unroll
  for (int step = 0; step < steps1; step++) {
    b[step][0] = __ldg(weights + (half * steps1 + step) * step_fragments + own.lane);
    b[step][1] = __ldg(weights + (half * steps1 + step) * step_fragments + own.lane + 32);
  }
  float biases[8];
#pragma unroll
  for (int i = 0; i < 8; i++) {
    biases[i] = bias[half * 32 + own.t * 8 + i];
  }
  int offsets[steps1][2];
  tap_offsets<steps1, 9, row_taps1, Tile::pitch0>(own.t, offsets);
  for (int first = own.warp / 2 * 16; first < pixels; first += warps / 2 * 16) {
    const int upper = first + own.g, lower = min(upper + 8, pixels - 1), clamped = min(upper, pixels - 1);
    const uint32_t* upper_window = image + clamped / Tile::width1 * Tile::pitch0 + clamped % Tile::width1;
    const uint32_t* lower_window = image + lower / Tile::width1 * Tile::pitch0 + lower % Tile::width1;
    float sums[4][4];
#pragma unroll
    for (int i = 0; i < 16; i++) {
      sums[i / 4][i % 4] = biases[i / 4 * 2 + i % 2];
    }
#pragma unroll
    for (int step = 0; step < steps1; step++) {
      uint32_t a[4];
      gather_taps(a, upper_window, lower_window, offsets[step]);
      multiply_add_pair(sums[0], sums[1], a, b[step][0]);
      multiply_add_pair(sums[2], sums[3], a, b[step][1]);
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int pixel = upper + i * 8;
      if (pixel >= pixels) {
        continue;
      }
      const MarginPixel<ROWS> where(pixel, at, tiles);
      const uint32_t mask = rectify(sums, i);
      const uint4 packed = where.inside ? pack_channels(sums, i) : make_uint4(0, 0, 0, 0);
      *reinterpret_cast<uint4*>(layer1 + chunk_offset<channels1>(pixel, half * 4 + own.t)) = packed;
      if (where.own && mask1) {
        mask1[(where.row * static_cast<int64_t>(tiles.columns) + where.column) * 8 + half * 4 + own.t] =
            static_cast<unsigned char>(mask);
      }
    }
  }
}

template <int ROWS>
__global__ void __launch_bounds__(threads, 3)
    forward_layers(const float* input, const float* parameters, Weights weights, Activations to, Tiles tiles) {
  using Tile = ForwardTile<ROWS>;
  auto* layer1 = dynamic_shared<unsigned char>();
  auto* image = reinterpret_cast<uint32_t*>(layer1 + Tile::layer1_bytes);
  const Lane own = own_lane();
  const Place at = place<Tile::rows, tile_columns>(tiles, static_cast<int>(blockIdx.x));
  const int64_t plane = static_cast<int64_t>(tiles.rows) * tiles.columns;
  const int64_t origin = at.image * plane + static_cast<int64_t>(at.row) * tiles.columns + at.column;
  load_pairs<Tile::height0, Tile::width0, Tile::pitch0>(input + at.image * plane, tiles, at.row - 5, at.column - 5,
                                                        image);
  __syncthreads();
  first_layer<ROWS>(image, weights.forward1, parameters + bias1, own, at, tiles, layer1,
                    to.mask1 ? to.mask1 + origin * 8 : nullptr);
  __syncthreads();
  if (to.layer1) {
    for (int i = static_cast<int>(threadIdx.x); i < Tile::rows * tile_columns * 8; i += threads) {
      const int chunk = i % 8, column = i / 8 % tile_columns, row = i / 8 / tile_columns;
      if (at.row + row < tiles.rows && at.column + column < tiles.columns) {
        to.layer1[(origin + static_cast<int64_t>(row) * tiles.columns + column) * 8 + chunk] =
            *reinterpret_cast<const uint4*>(
                layer1 + chunk_offset<channels1>((row + 1) * Tile::width1 + column + 1, chunk));
      }
    }
  }
  float sums[ROWS][4][4];
#pragma unroll
  for (int i = 0; i < 16; i++) {
    const float bias = parameters[bias2 + own.t * 8 + i / 4 * 2 + i % 2];
#pragma unroll
    for (int row = 0; row < ROWS; row++) {
      sums[row][i / 4][i % 4] = bias;
    }
  }
  window_products<4, ROWS>(layer1, own.warp * ROWS, weights.forward2, own, sums);
#pragma unroll
  for (int row = 0; row < ROWS; row++) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int tile_row = own.warp * ROWS + row, column = own.g + i * 8;
      if (at.row + tile_row < tiles.rows && at.column + column < tiles.columns) {
        const int64_t pixel = origin + static_cast<int64_t>(tile_row) * tiles.columns + column;
        const uint32_t mask = rectify(sums[row], i);
        to.layer2[pixel * 4 + own.t] = pack_channels(sums[row], i);
        if (to.mask2) {
          to.mask2[pixel * 4 + own.t] = static_cast<unsigned char>(mask);
        }
      }
    }
  }
}

}  // namespace ldct::cuda::tensor
