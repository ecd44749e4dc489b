// Backward through layers 3 and 2 in one kernel, and layer 1's weight gradient, whose operand never leaves the block.
#pragma once

#include "device/shared.cuh"
#include "network/tuned/tensor/image.cuh"
#include "network/tuned/tensor/weights.cuh"
#include "network/tuned/tensor/window.cuh"

namespace ldct::cuda::tensor {

constexpr int gradient_rows = 8;  // of a tile

// Blocks a multiprocessor holds; tf32 takes a few more registers than three leave it.
template <class E>
constexpr int data_gradient_blocks = E::values + 1;

// Byte offsets of what the kernel keeps in shared memory.
template <class E>
struct DataGradientMemory {
  static constexpr int height2 = gradient_rows + 2, width2 = tile_columns + 2;    // layer 2's with its margin
  static constexpr int height3 = height2 + 4, width3 = width2 + 4, pitch3 = 24;   // the output's below it
  static constexpr int height0 = gradient_rows + 8, width0 = tile_columns + 9 - E::values, pitch0 = 24;  // the image
  static constexpr int delta2 = 0;
  static constexpr int delta1 = delta2 + tile_bytes<E, channels2, width2>(height2);
  static constexpr int delta3 = delta1 + tile_bytes<E, channels1, tile_columns>(gradient_rows);
  static constexpr int image = delta3 + height3 * pitch3 * 4;
  static constexpr int bytes = image + height0 * pitch0 * 4;
};

// Layer 1's weight gradient as a block leaves it: a warp has 32 channels x 48 taps; tap 81 is the bias.
struct Part1 {
  static constexpr int fragments = 6, slots = 2 * fragments * 4, size = slots * threads;
  // The parameter at a position, or -1.
  static __host__ __device__ int parameter(int position) {
    const int slot = position / threads, warp = position % threads / 32, g = position % 32 / 4, t = position % 4;
    const int channel = warp % 2 * 32 + slot / (fragments * 4) * 16 + slot % 4 / 2 * 8 + g;
    const int tap = (warp / 2 * fragments + slot / 4 % fragments) * 8 + t * 2 + slot % 2;
    return tap < 81 ? weights1 + channel * 81 + tap : tap == 81 ? bias1 + channel : -1;
  }
};

struct DataGradientInput {
  const float *image, *delta3;          // [n][rows][columns]
  const unsigned char *mask1, *mask2;   // [pixel][8], [pixel][4]
  const uint4 *backward3, *backward2;   // weights
};

// Layer 3's data gradient on the tile and its margin, gated: into shared memory, and the tile's own to delta2.
template <class E>
__device__ __forceinline__ void through_layer3(const DataGradientInput& in, unsigned char* memory,
                                               const Place& at, const Tiles& tiles, uint4* delta2) {
  const Lane own = own_lane();
  using Memory = DataGradientMemory<E>;
  constexpr int pixels = Memory::height2 * Memory::width2, steps3 = Depth<E>::window3, parts = chunks<E>(8);
  const auto* delta3 = reinterpret_cast<const uint32_t*>(memory + Memory::delta3);
  uint4 b[steps3][2];
#pragma unroll
  for (int step = 0; step < steps3; step++) {
    b[step][0] = in.backward3[step * step_size + own.lane];
    b[step][1] = in.backward3[step * step_size + own.lane + 32];
  }
  int offsets[steps3][2];
  window_offsets<E, steps3, 5, Depth<E>::row_words3, Memory::pitch3>(own.t, offsets);
  for (int first = own.warp * 16; first < pixels; first += warps * 16) {
    const int upper = min(first + own.g, pixels - 1), lower = min(first + own.g + 8, pixels - 1);
    float sums[4][4] = {};
#pragma unroll
    for (int step = 0; step < steps3; step++) {
      uint32_t a[4];
      gather_windows(a, delta3 + upper / Memory::width2 * Memory::pitch3 + upper % Memory::width2,
                  delta3 + lower / Memory::width2 * Memory::pitch3 + lower % Memory::width2, offsets[step]);
      multiply_add_pair<E>(sums[0], sums[1], a, b[step][0]);
      multiply_add_pair<E>(sums[2], sums[3], a, b[step][1]);
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int pixel = first + own.g + i * 8;
      if (pixel >= pixels) {
        continue;
      }
      const int row = pixel / Memory::width2 - 1, column = pixel % Memory::width2 - 1;
      const bool inside = tiles.inside(at, row, column);
      const int64_t index = int64_t{tiles.pixel(at, row, column)} * 4 + own.t;
      apply_mask(sums, i, inside ? in.mask2[index] : 0u);
      const bool is_own = inside && row >= 0 && row < gradient_rows && column >= 0 && column < tile_columns;
      const PackedChannels<E> packed = pack_channels<E>(sums, i);
#pragma unroll
      for (int j = 0; j < parts; j++) {
        *reinterpret_cast<uint4*>(memory + Memory::delta2 + chunk_offset<E, channels2, Memory::width2>(
                                                                row + 1, column + 1, own.t * parts + j)) =
            packed.chunk[j];
        if (is_own) {
          delta2[index * parts + j] = packed.chunk[j];
        }
      }
    }
  }
}

// Layer 2's data gradient on the tile, gated: into shared memory. A warp has four rows and half of the channels.
template <class E>
__device__ __forceinline__ void through_layer2(const DataGradientInput& in, unsigned char* memory,
                                               const Place& at, const Tiles& tiles) {
  using Memory = DataGradientMemory<E>;
  constexpr int rows = gradient_rows / (warps / 2), parts = chunks<E>(8);
  float sums[rows][4][4] = {};
  const int warp = own_lane().warp;
  window_products<E, channels2, rows>(memory + Memory::delta2, warp / 2 * rows,
                                      in.backward2 + warp % 2 * (Steps<E>::backward2 / 2) * step_size, sums);
  const Lane own = own_lane();
  const int half = own.warp % 2, first_row = own.warp / 2 * rows;
#pragma unroll
  for (int i = 0; i < rows * 2; i++) {
    const int row = first_row + i / 2, column = own.g + i % 2 * 8;
    const bool inside = tiles.inside(at, row, column);
    const int64_t pixel = tiles.pixel(at, row, column);
    apply_mask(sums[i / 2], i % 2, inside ? in.mask1[pixel * 8 + half * 4 + own.t] : 0u);
    const PackedChannels<E> packed = pack_channels<E>(sums[i / 2], i % 2);
#pragma unroll
    for (int j = 0; j < parts; j++) {
      const int chunk = (half * 4 + own.t) * parts + j;
      *reinterpret_cast<uint4*>(memory + Memory::delta1 +
                                chunk_offset<E, channels1, tile_columns>(row, column, chunk)) = packed.chunk[j];
    }
  }
}

// Adds channels x taps of the tile to the sums.
template <class E>
__device__ __forceinline__ void add_weight_gradient1(const unsigned char* memory,
                                                     float (&sums)[2][Part1::fragments][4]) {
  const Lane own = own_lane();
  using Memory = DataGradientMemory<E>;
  const auto* image = reinterpret_cast<const uint32_t*>(memory + Memory::image) + own.t * E::values;
  const int first_tap = own.warp / 2 * Part1::fragments * 8;
  int offsets[Part1::fragments];
#pragma unroll
  for (int j = 0; j < Part1::fragments; j++) {
    const int tap = first_tap + j * 8 + own.g;
    offsets[j] = tap < 81 ? tap / 9 * Memory::pitch0 + tap % 9 : 0;
  }
  const Turned<E, channels1, tile_columns> delta1[2] = {{memory + Memory::delta1, own.warp % 2 * 32, own},
                                                        {memory + Memory::delta1, own.warp % 2 * 32 + 16, own}};
#pragma unroll 1
  for (int row = 0; row < gradient_rows; row++) {
#pragma unroll
    for (int column = 0; column < tile_columns; column += 8 * E::values) {
      uint32_t a[2][4];
      delta1[0].left(a[0], row, column);
      delta1[1].left(a[1], row, column);
#pragma unroll
      for (int j = 0; j < Part1::fragments; j++) {
        const bool ones = first_tap + j * 8 + own.g == 81;
        const uint32_t* words = image + row * Memory::pitch0 + column + offsets[j];
        const uint32_t b0 = ones ? E::ones : words[0], b1 = ones ? E::ones : words[4 * E::values];
        E::multiply_add(sums[0][j], a[0], b0, b1);
        E::multiply_add(sums[1][j], a[1], b0, b1);
      }
    }
  }
}

// delta2 [pixel][chunk]: the gated gradient of layer 2's output. parts [blocks][Part1::size].
template <class E>
__global__ void __launch_bounds__(threads, data_gradient_blocks<E>)
    data_gradient(DataGradientInput in, uint4* delta2, float* parts, Tiles tiles) {
  using Memory = DataGradientMemory<E>;
  auto* memory = dynamic_shared<unsigned char>();
  __shared__ Place at;  // of the tile; every register goes to sums
  float sums[2][Part1::fragments][4] = {};
  for (int tile = static_cast<int>(blockIdx.x); tile < tiles.count; tile += static_cast<int>(gridDim.x)) {
    if (threadIdx.x == 0) {
      Tiles divisors = tiles;
      divisors.across = anew(tiles.across);
      at = place<gradient_rows, tile_columns>(divisors, tile);
    }
    __syncthreads();
    load_image<E, Memory::height3, Memory::width3, Memory::pitch3, 3, threads>(
        in.delta3, tiles, at, reinterpret_cast<uint32_t*>(memory + Memory::delta3));
    load_image<E, Memory::height0, Memory::width0, Memory::pitch0, 4, threads>(
        in.image, tiles, at, reinterpret_cast<uint32_t*>(memory + Memory::image));
    __syncthreads();
    through_layer3<E>(in, memory, at, tiles, delta2);
    __syncthreads();
    through_layer2<E>(in, memory, at, tiles);
    __syncthreads();
    add_weight_gradient1<E>(memory, sums);
  }
  float* part = parts + static_cast<int64_t>(blockIdx.x) * Part1::size + threadIdx.x;
#pragma unroll
  for (int slot = 0; slot < Part1::slots; slot++) {
    part[slot * threads] = sums[slot / (Part1::fragments * 4)][slot / 4 % Part1::fragments][slot % 4];
  }
}

}  // namespace ldct::cuda::tensor
