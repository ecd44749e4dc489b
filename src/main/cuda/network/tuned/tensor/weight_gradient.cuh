// Weight gradients of layers 2 and 3: products over the pixels of a tile, whose operands are copied while the tile
// before is computed. Sums stay in registers over all tiles of a block.
#pragma once

#include "device/copy_async.cuh"
#include "device/shared.cuh"
#include "network/tuned/tensor/image.cuh"

namespace ldct::cuda::tensor {

constexpr int weight_threads = 256;

// A tile's rows, and byte offsets of a stage in shared memory; there are two.
template <class E>
struct WeightGradientMemory {
  static constexpr int rows = 4 * E::values;
  static constexpr int blocks = E::values;  // a multiprocessor: loads that turn tf32 take more registers
  static constexpr int height1 = rows + 2, width1 = tile_columns + 2;
  static constexpr int height3 = rows + 4, width3 = tile_columns + 5 - E::values, pitch3 = 20;
  static constexpr int layer1 = 0;
  static constexpr int delta2 = layer1 + tile_bytes<E, channels1, width1>(height1);
  static constexpr int layer2 = delta2 + tile_bytes<E, channels2, tile_columns>(rows);
  static constexpr int delta3 = layer2 + tile_bytes<E, channels2, tile_columns>(rows);
  static constexpr int bytes = (delta3 + height3 * pitch3 * 4 + 127) / 128 * 128;
};

/*
 * What a block leaves. A warp has 16 inputs x 16 outputs of layer 2 with all taps, 16 channels x 8 taps of layer 3, and
 * if its inputs are among the first 32, 8 of layer 2's biases (every row of that product is their sum).
 */
struct Part23 {
  static constexpr int slots2 = 9 * 2 * 4, slots3 = 4, slots = slots2 + slots3 + 4, size = slots * weight_threads;
  // The parameter at a position, or -1.
  static __host__ __device__ int parameter(int position) {
    const int slot = position / weight_threads, warp = position % weight_threads / 32;
    const int row = slot % 4 / 2 * 8 + position % 32 / 4, column = position % 4 * 2 + slot % 2;
    if (slot < slots2) {
      const int output = warp / 4 * 16 + slot / 4 % 2 * 8 + column;
      return weights2 + (output * channels1 + warp % 4 * 16 + row) * 9 + slot / 8;
    }
    if (slot < slots2 + slots3) {
      const int tap = warp / 2 * 8 + column;
      return tap < 25 ? weights3 + (warp % 2 * 16 + row) * 25 + tap : -1;
    }
    return row == 0 && warp % 4 < 2 ? bias2 + warp / 4 * 16 + warp % 4 * 8 + column : -1;
  }
};

struct WeightGradientSums {
  float layer2[3][3][2][4];  // [ky][kx][fragment of outputs]
  float layer3[4];
  float bias2[4];
};

struct WeightGradientInput {
  const uint4 *layer1, *delta2, *layer2;  // [pixel][chunk]
  const float* delta3;
};

// Starts copying channels of ROWS x COLUMNS pixels, from MARGIN above and left of the tile on; zero outside the image.
template <class E, int CHANNELS, int ROWS, int COLUMNS, int MARGIN>
__device__ __forceinline__ void copy_pixels(const uint4* images, const Tiles& tiles, const Place& at,
                                            unsigned char* to) {
  constexpr int count = chunks<E>(CHANNELS);
#pragma unroll 1
  for (int i = static_cast<int>(threadIdx.x); i < ROWS * COLUMNS * count; i += weight_threads) {
    const int chunk = i % count, row = i / count / COLUMNS, column = i / count % COLUMNS;
    const bool inside = tiles.inside(at, row - MARGIN, column - MARGIN);
    const int pixel = inside ? tiles.pixel(at, row - MARGIN, column - MARGIN) : 0;
    copy16_async(to + chunk_offset<E, CHANNELS, COLUMNS>(row, column, chunk), images + int64_t{pixel} * count + chunk,
                 inside);
  }
}

template <class E>
__device__ __forceinline__ void start_stage(const WeightGradientInput& in, const Tiles& tiles, int tile,
                                            unsigned char* stage) {
  using Memory = WeightGradientMemory<E>;
  const Place at = place<Memory::rows, tile_columns>(tiles, tile);
  copy_pixels<E, channels1, Memory::height1, Memory::width1, 1>(in.layer1, tiles, at, stage + Memory::layer1);
  copy_pixels<E, channels2, Memory::rows, tile_columns, 0>(in.delta2, tiles, at, stage + Memory::delta2);
  copy_pixels<E, channels2, Memory::rows, tile_columns, 0>(in.layer2, tiles, at, stage + Memory::layer2);
  load_image<E, Memory::height3, Memory::width3, Memory::pitch3, 2, weight_threads>(
      in.delta3, tiles, at, reinterpret_cast<uint32_t*>(stage + Memory::delta3));
}

// A row of layer 1, once loaded, meets the three rows of delta2 that its window rows belong to.
template <class E>
__device__ __forceinline__ void add_weight_gradient2(const unsigned char* stage, WeightGradientSums& sums) {
  const Lane own = own_lane();
  using Memory = WeightGradientMemory<E>;
  constexpr int steps = Depth<E>::columns;
  const uint32_t ones[4] = {E::ones, E::ones, E::ones, E::ones};
  const int inputs = own.warp % 4 * 16, outputs = own.warp / 4 * 16;
  const Turned<E, channels1, Memory::width1> layer1{stage + Memory::layer1, inputs, own};
  const Turned<E, channels2, tile_columns> delta2{stage + Memory::delta2, outputs, own};
  uint32_t b[3][steps][4];  // of the last three rows of delta2
#pragma unroll
  for (int row = 0; row < Memory::rows + 2; row++) {
#pragma unroll
    for (int step = 0; step < steps; step++) {
      const int column = step * 8 * E::values;
      if (row < Memory::rows) {
        uint32_t(&now)[4] = b[row % 3][step];
        delta2.right(now, row, column);
        if (inputs == 0) {
          E::multiply_add(sums.bias2, ones, now[0], now[1]);
        } else if (inputs == 16) {
          E::multiply_add(sums.bias2, ones, now[2], now[3]);
        }
      }
#pragma unroll
      for (int kx = 0; kx < 3; kx++) {
        uint32_t a[4];
        layer1.left(a, row, column + kx);
#pragma unroll
        for (int ky = 0; ky < 3; ky++) {
          if (row - ky >= 0 && row - ky < Memory::rows) {
            const uint32_t(&from)[4] = b[(row - ky) % 3][step];
            E::multiply_add(sums.layer2[ky][kx][0], a, from[0], from[1]);
            E::multiply_add(sums.layer2[ky][kx][1], a, from[2], from[3]);
          }
        }
      }
    }
  }
}

// Layer 2's pixels times the output gradients around them: the window lies on the side with one channel.
template <class E>
__device__ __forceinline__ void add_weight_gradient3(const unsigned char* stage, WeightGradientSums& sums) {
  const Lane own = own_lane();
  using Memory = WeightGradientMemory<E>;
  const int tap = own.warp / 2 * 8 + own.g;
  const int offset = tap < 25 ? (4 - tap / 5) * Memory::pitch3 + 4 - tap % 5 : 0;
  const uint32_t* words = reinterpret_cast<const uint32_t*>(stage + Memory::delta3) + own.t * E::values + offset;
  const Turned<E, channels2, tile_columns> layer2{stage + Memory::layer2, own.warp % 2 * 16, own};
#pragma unroll
  for (int row = 0; row < Memory::rows; row++) {
#pragma unroll
    for (int column = 0; column < tile_columns; column += 8 * E::values) {
      uint32_t a[4];
      layer2.left(a, row, column);
      const uint32_t* from = words + row * Memory::pitch3 + column;
      E::multiply_add(sums.layer3, a, from[0], from[4 * E::values]);
    }
  }
}

// parts [blocks][Part23::size].
template <class E>
__global__ void __launch_bounds__(weight_threads, WeightGradientMemory<E>::blocks)
    weight_gradient(WeightGradientInput in, float* parts, Tiles tiles) {
  using Memory = WeightGradientMemory<E>;
  auto* memory = dynamic_shared<unsigned char>();
  const int step = static_cast<int>(gridDim.x);
  WeightGradientSums sums = {};
  int stage = 0;
  start_stage<E>(in, tiles, static_cast<int>(blockIdx.x), memory);
  end_copy_group();
  for (int tile = static_cast<int>(blockIdx.x); tile < tiles.count; tile += step) {
    if (tile + step < tiles.count) {
      start_stage<E>(in, tiles, tile + step, memory + (1 - stage) * Memory::bytes);
    }
    end_copy_group();
    wait_copy_groups<1>();
    __syncthreads();
    add_weight_gradient2<E>(memory + stage * Memory::bytes, sums);
    add_weight_gradient3<E>(memory + stage * Memory::bytes, sums);
    __syncthreads();
    stage = 1 - stage;
  }
  float* part = parts + static_cast<int64_t>(blockIdx.x) * Part23::size + threadIdx.x;
#pragma unroll
  for (int slot = 0; slot < Part23::slots2; slot++) {
    part[slot * weight_threads] = sums.layer2[slot / 24][slot / 8 % 3][slot / 4 % 2][slot % 4];
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    part[(Part23::slots2 + i) * weight_threads] = sums.layer3[i];
    part[(Part23::slots2 + Part23::slots3 + i) * weight_threads] = sums.bias2[i];
  }
}

}  // namespace ldct::cuda::tensor
