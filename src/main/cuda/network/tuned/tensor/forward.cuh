// Layers 1 and 2 forward in one kernel: layer 1 of a tile and its margin stays in shared memory for layer 2.
#pragma once

#include "device/shared.cuh"
#include "network/tuned/tensor/image.cuh"
#include "network/tuned/tensor/weights.cuh"
#include "network/tuned/tensor/window.cuh"

namespace ldct::cuda::tensor {

// Activations [pixel][chunk], and a bit a channel that ReLU let through. All but layer2 null: not wanted.
struct Activations {
  uint4 *layer1, *layer2;
  unsigned char *mask1, *mask2;  // [pixel][8], [pixel][4]
};

// Of a tile of 4 ROWS x 16 pixels; a warp has ROWS rows.
template <class E, int ROWS>
struct ForwardTile {
  static constexpr int rows = warps * ROWS;
  static constexpr int height1 = rows + 2, width1 = tile_columns + 2;            // layer 1 with its margin
  static constexpr int height0 = height1 + 8, width0 = width1 + 8, pitch0 = 28;  // the image below it
  static constexpr int layer1_bytes = tile_bytes<E, channels1, width1>(height1);
  static constexpr int shared_bytes = layer1_bytes + height0 * pitch0 * 4;
};

// Two warps share 16 pixels, each with half of the channels and its weights in registers.
template <class E, int ROWS>
__device__ __forceinline__ void first_layer(const uint32_t* image, const uint4* weights, const float* bias,
                                            const Lane& own, const Place& at, const Tiles& tiles,
                                            unsigned char* layer1, unsigned char* mask1) {
  using Tile = ForwardTile<E, ROWS>;
  constexpr int pixels = Tile::height1 * Tile::width1, steps1 = Depth<E>::window1;
  constexpr int parts = chunks<E>(8);  // of a lane's channels
  const int half = own.warp % 2;
  uint4 b[steps1][2];
#pragma unroll
  for (int step = 0; step < steps1; step++) {
    b[step][0] = __ldg(weights + (half * steps1 + step) * step_size + own.lane);
    b[step][1] = __ldg(weights + (half * steps1 + step) * step_size + own.lane + 32);
  }
  float biases[8];
#pragma unroll
  for (int i = 0; i < 8; i++) {
    biases[i] = bias[half * 32 + own.t * 8 + i];
  }
  int offsets[steps1][2];
  window_offsets<E, steps1, 9, Depth<E>::row_words1, Tile::pitch0>(own.t, offsets);
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
      gather_windows(a, upper_window, lower_window, offsets[step]);
      multiply_add_pair<E>(sums[0], sums[1], a, b[step][0]);
      multiply_add_pair<E>(sums[2], sums[3], a, b[step][1]);
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int pixel = upper + i * 8;
      if (pixel >= pixels) {
        continue;
      }
      const int row = pixel / Tile::width1 - 1, column = pixel % Tile::width1 - 1;
      const bool inside = tiles.inside(at, row, column);
      const uint32_t mask = rectify(sums, i);
      const PackedChannels<E> packed = pack_channels<E>(sums, i);
#pragma unroll
      for (int j = 0; j < parts; j++) {
        const int chunk = (half * 4 + own.t) * parts + j;
        *reinterpret_cast<uint4*>(layer1 + chunk_offset<E, channels1, Tile::width1>(row + 1, column + 1, chunk)) =
            inside ? packed.chunk[j] : make_uint4(0, 0, 0, 0);
      }
      if (mask1 && inside && row >= 0 && row < Tile::rows && column >= 0 && column < tile_columns) {
        mask1[int64_t{tiles.pixel(at, row, column)} * 8 + half * 4 + own.t] = static_cast<unsigned char>(mask);
      }
    }
  }
}

template <class E, int ROWS>
__global__ void __launch_bounds__(threads, E::values + 1)  // a window of tf32 takes more registers
    forward_layers(const float* input, const float* parameters, Weights weights, Activations to, Tiles tiles) {
  using Tile = ForwardTile<E, ROWS>;
  auto* layer1 = dynamic_shared<unsigned char>();
  auto* image = reinterpret_cast<uint32_t*>(layer1 + Tile::layer1_bytes);
  const Lane own = own_lane();
  const Place at = place<Tile::rows, tile_columns>(tiles, static_cast<int>(blockIdx.x));
  load_image<E, Tile::height0, Tile::width0, Tile::pitch0, 5, threads>(input, tiles, at, image);
  __syncthreads();
  first_layer<E, ROWS>(image, weights.forward1, parameters + bias1, own, at, tiles, layer1,
                       to.mask1);
  __syncthreads();
  if (to.layer1) {
    constexpr int pixel_chunks = chunks<E>(channels1);
    for (int i = static_cast<int>(threadIdx.x); i < Tile::rows * tile_columns * pixel_chunks; i += threads) {
      const int chunk = i % pixel_chunks, column = i / pixel_chunks % tile_columns;
      const int row = i / (pixel_chunks * tile_columns);
      if (tiles.inside(at, row, column)) {
        to.layer1[int64_t{tiles.pixel(at, row, column)} * pixel_chunks + chunk] =
            *reinterpret_cast<const uint4*>(
                layer1 + chunk_offset<E, channels1, Tile::width1>(row + 1, column + 1, chunk));
      }
    }
  }
  constexpr int parts = chunks<E>(8);  // of a lane's channels
  float sums[ROWS][4][4];
#pragma unroll
  for (int i = 0; i < 16; i++) {
    const float bias = parameters[bias2 + own.t * 8 + i / 4 * 2 + i % 2];
#pragma unroll
    for (int row = 0; row < ROWS; row++) {
      sums[row][i / 4][i % 4] = bias;
    }
  }
  window_products<E, channels1, ROWS>(layer1, own.warp * ROWS, weights.forward2, sums);
#pragma unroll
  for (int row = 0; row < ROWS; row++) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int tile_row = own.warp * ROWS + row, column = own.g + i * 8;
      if (tiles.inside(at, tile_row, column)) {
        const int64_t pixel = tiles.pixel(at, tile_row, column);
        const uint32_t mask = rectify(sums[row], i);
        const PackedChannels<E> packed = pack_channels<E>(sums[row], i);
#pragma unroll
        for (int j = 0; j < parts; j++) {
          to.layer2[(pixel * 4 + own.t) * parts + j] = packed.chunk[j];
        }
        if (to.mask2) {
          to.mask2[pixel * 4 + own.t] = static_cast<unsigned char>(mask);
        }
      }
    }
  }
}

}  // namespace ldct::cuda::tensor
