// Weight gradients of layers 2 and 3: products over the pixels of a tile, whose operands are copied while the tile before
// is computed. Sums stay in registers over all tiles of a block.
#pragma once

#include "device/copy_async.cuh"
#include "device/shared.cuh"
#include "network/tuned/tensor/data_gradient.cuh"

namespace ldct::cuda::tensor {

// Byte offsets of a stage in shared memory; there are two.
struct WeightGradientMemory {
  static constexpr int height1 = gradient_rows + 2, width1 = tile_columns + 2;
  static constexpr int height3 = gradient_rows + 4, width3 = tile_columns + 3, pitch3 = 20;
  static constexpr int pixels = gradient_rows * tile_columns;
  static constexpr int layer1 = 0;
  static constexpr int delta2 = layer1 + height1 * width1 * channels1 * 2;
  static constexpr int layer2 = delta2 + pixels * channels2 * 2;
  static constexpr int delta3 = layer2 + pixels * channels2 * 2;
  static constexpr int bytes = (delta3 + height3 * pitch3 * 4 + 127) / 128 * 128;
};

/*
 * What a block leaves. A warp has 16 inputs of layer 2 with all outputs and taps, 16 channels x 16 taps of layer 3, and
 * 8 of layer 2's biases (every row of that product is their sum).
 */
struct Part23 {
  static constexpr int slots2 = 9 * 4 * 4, slots3 = 2 * 4, slots = slots2 + slots3 + 4, size = slots * threads;
  // The parameter at a position, or -1.
  static __host__ __device__ int parameter(int position) {
    const int slot = position / threads, warp = position % threads / 32, g = position % 32 / 4, t = position % 4;
    const int row = slot % 4 / 2 * 8 + g, column = slot / 4 % 4 * 8 + t * 2 + slot % 2;
    if (slot < slots2) {
      return weights2 + (column * channels1 + warp * 16 + row) * 9 + slot / 16;
    }
    if (slot < slots2 + slots3) {
      const int tap = (warp / 2 * 2 + (slot - slots2) / 4) * 8 + t * 2 + slot % 2;
      return tap < 25 ? weights3 + (warp % 2 * 16 + row) * 25 + tap : -1;
    }
    return row == 0 ? bias2 + warp * 8 + t * 2 + slot % 2 : -1;
  }
};

struct WeightGradientSums {
  float layer2[3][3][4][4];  // [ky][kx][fragment of outputs]
  float layer3[2][4];        // [fragment of taps]
  float bias2[4];
};

struct WeightGradientInput {
  const uint4 *layer1, *delta2, *layer2;  // [pixel][channel]
  const float* delta3;
};

// Starts copying channels of a piece of ROWS x COLUMNS pixels, zero outside the image.
template <int CHANNELS, int ROWS, int COLUMNS>
__device__ __forceinline__ void copy_pixels(const uint4* image, const Tiles& tiles, int first_row, int first_column,
                                            unsigned char* to) {
  constexpr int chunks = CHANNELS / 8;
  for (int i = static_cast<int>(threadIdx.x); i < ROWS * COLUMNS * chunks; i += threads) {
    const int pixel = i / chunks, chunk = i % chunks;
    const int row = first_row + pixel / COLUMNS, column = first_column + pixel % COLUMNS;
    const bool inside = row >= 0 && row < tiles.rows && column >= 0 && column < tiles.columns;
    const int64_t index = inside ? (static_cast<int64_t>(row) * tiles.columns + column) * chunks + chunk : 0;
    copy16_async(to + chunk_offset<CHANNELS>(pixel, chunk), image + index, inside);
  }
}

__device__ __forceinline__ void start_stage(const WeightGradientInput& in, const Tiles& tiles, int tile,
                                            unsigned char* stage) {
  using Memory = WeightGradientMemory;
  const Place at = place<gradient_rows, tile_columns>(tiles, tile);
  const int64_t first = at.image * (static_cast<int64_t>(tiles.rows) * tiles.columns);
  copy_pixels<channels1, Memory::height1, Memory::width1>(in.layer1 + first * 8, tiles, at.row - 1, at.column - 1,
                                                          stage + Memory::layer1);
  copy_pixels<channels2, gradient_rows, tile_columns>(in.delta2 + first * 4, tiles, at.row, at.column,
                                                      stage + Memory::delta2);
  copy_pixels<channels2, gradient_rows, tile_columns>(in.layer2 + first * 4, tiles, at.row, at.column,
                                                      stage + Memory::layer2);
  load_pairs<Memory::height3, Memory::width3, Memory::pitch3>(in.delta3 + first, tiles, at.row - 2, at.column - 2,
                                                              reinterpret_cast<uint32_t*>(stage + Memory::delta3));
}

// A row of layer 1, once loaded, meets the three rows of delta2 that its window rows belong to.
__device__ __forceinline__ void add_weight_gradient2(const unsigned char* stage, const Lane& own,
                                                     WeightGradientSums& sums) {
  using Memory = WeightGradientMemory;
  const uint32_t ones[4] = {0x3f803f80u, 0x3f803f80u, 0x3f803f80u, 0x3f803f80u};
  const int turned_row = own.lane % 8 + own.lane / 16 * 8, turned_chunk = own.lane / 8 % 2;
  uint32_t b[3][2][4];  // rows of delta2, the last three; [fragments 2i and 2i + 1]
#pragma unroll
  for (int row = 0; row < gradient_rows + 2; row++) {
    if (row < gradient_rows) {
#pragma unroll
      for (int i = 0; i < 2; i++) {
        const int pixel = row * tile_columns + own.lane % 16;
        load_matrices_turned(b[row % 3][i],
                             stage + Memory::delta2 + chunk_offset<channels2>(pixel, i * 2 + own.lane / 16));
      }
#pragma unroll
      for (int n = 0; n < 4; n++) {
        if (n == own.warp) {
          multiply_add(sums.bias2, ones, b[row % 3][n / 2][n % 2 * 2], b[row % 3][n / 2][n % 2 * 2 + 1]);
        }
      }
    }
#pragma unroll
    for (int kx = 0; kx < 3; kx++) {
      uint32_t a[4];
      load_matrices_turned(a, stage + Memory::layer1 +
                                  chunk_offset<channels1>(row * Memory::width1 + kx + turned_row,
                                                          own.warp * 2 + turned_chunk));
#pragma unroll
      for (int ky = 0; ky < 3; ky++) {
        if (row - ky >= 0 && row - ky < gradient_rows) {
#pragma unroll
          for (int n = 0; n < 4; n++) {
            const uint32_t(&from)[4] = b[(row - ky) % 3][n / 2];
            multiply_add(sums.layer2[ky][kx][n], a, from[n % 2 * 2], from[n % 2 * 2 + 1]);
          }
        }
      }
    }
  }
}

// Layer 2's pixels times the output gradients around them: the window lies on the side with one channel.
__device__ __forceinline__ void add_weight_gradient3(const unsigned char* stage, const Lane& own,
                                                     WeightGradientSums& sums) {
  using Memory = WeightGradientMemory;
  const auto* delta3 = reinterpret_cast<const uint32_t*>(stage + Memory::delta3) + own.t * 2;
  int offsets[2];
#pragma unroll
  for (int j = 0; j < 2; j++) {
    const int tap = (own.warp / 2 * 2 + j) * 8 + own.g;
    offsets[j] = tap < 25 ? (4 - tap / 5) * Memory::pitch3 + 4 - tap % 5 : 0;
  }
#pragma unroll 2
  for (int row = 0; row < gradient_rows; row++) {
    const int pixel = row * tile_columns + own.lane % 8 + own.lane / 16 * 8;
    uint32_t a[4];
    load_matrices_turned(a, stage + Memory::layer2 +
                                chunk_offset<channels2>(pixel, own.warp % 2 * 2 + own.lane / 8 % 2));
#pragma unroll
    for (int j = 0; j < 2; j++) {
      const uint32_t* pair = delta3 + row * Memory::pitch3 + offsets[j];
      multiply_add(sums.layer3[j], a, pair[0], pair[8]);
    }
  }
}

// parts [blocks][Part23::size].
static __global__ void __launch_bounds__(threads, 2)
    weight_gradient(WeightGradientInput in, float* parts, Tiles tiles) {
  using Memory = WeightGradientMemory;
  auto* memory = dynamic_shared<unsigned char>();
  const Lane own = own_lane();
  const int step = static_cast<int>(gridDim.x);
  WeightGradientSums sums = {};
  int stage = 0;
  start_stage(in, tiles, static_cast<int>(blockIdx.x), memory);
  end_copy_group();
  for (int tile = static_cast<int>(blockIdx.x); tile < tiles.count; tile += step) {
    if (tile + step < tiles.count) {
      start_stage(in, tiles, tile + step, memory + (1 - stage) * Memory::bytes);
    }
    end_copy_group();
    wait_copy_groups<1>();
    __syncthreads();
    add_weight_gradient2(memory + stage * Memory::bytes, own, sums);
    add_weight_gradient3(memory + stage * Memory::bytes, own, sums);
    __syncthreads();
    stage = 1 - stage;
  }
  float* part = parts + static_cast<int64_t>(blockIdx.x) * Part23::size + threadIdx.x;
#pragma unroll
  for (int slot = 0; slot < Part23::slots2; slot++) {
    part[slot * threads] = sums.layer2[slot / 48][slot / 16 % 3][slot / 4 % 4][slot % 4];
  }
#pragma unroll
  for (int slot = 0; slot < Part23::slots3; slot++) {
    part[(Part23::slots2 + slot) * threads] = sums.layer3[slot / 4][slot % 4];
  }
#pragma unroll
  for (int slot = 0; slot < 4; slot++) {
    part[(Part23::slots2 + Part23::slots3 + slot) * threads] = sums.bias2[slot];
  }
}

}  // namespace ldct::cuda::tensor
