// How operands lie in registers and in shared memory.
#pragma once

#include "device/registers.cuh"
#include "network/tuned/layout.cuh"
#include "network/tuned/tensor/element.cuh"

namespace ldct::cuda::tensor {

constexpr int threads = 128, warps = threads / 32;
constexpr int tile_columns = 16;  // the pixels of a row of a tile are one side of a product

struct Lane {
  int warp, lane;
  int g, t;  // row and word of a fragment
};

// Computed anew at every call: kept over the products, it would cost registers that the sums need.
__device__ __forceinline__ Lane own_lane() {
  const int thread = anew(static_cast<int>(threadIdx.x));
  return {thread / 32, thread % 32, thread % 32 / 4, thread % 4};
}

// Chunks of 16 bytes that hold so many channels.
template <class E>
__host__ __device__ constexpr int chunks(int channels) {
  return channels / (4 * E::values);
}

/*
 * Byte offset of a chunk of a pixel in a tile WIDTH pixels wide. Chunks change places with the column so that the same
 * chunk of 8 neighbours lies in different banks. Rows begin on the same bank: a row further is a constant further.
 */
template <class E, int CHANNELS, int WIDTH>
__device__ __forceinline__ int chunk_offset(int row, int column, int chunk) {
  constexpr int pixel_bytes = chunks<E>(CHANNELS) * 16;
  static_assert(WIDTH * pixel_bytes % 128 == 0, "rows begin on the same bank");
  const int turn = pixel_bytes == 64 ? column >> 1 & 3 : E::turn(column);
  return (row * WIDTH + column) * pixel_bytes + ((chunk ^ turn) << 4);
}

template <class E, int CHANNELS, int WIDTH>
__host__ __device__ constexpr int tile_bytes(int rows) {
  return rows * WIDTH * chunks<E>(CHANNELS) * 16;
}

/*
 * Products yield 32 channels as 4 fragments of 8 columns, of which a lane has two each. Columns stand for channels in
 * such an order that a lane's eight are neighbours: 8t to 8t + 7.
 */
__device__ __forceinline__ int channel_of_column(int fragment, int column) {
  return column / 2 * 8 + fragment * 2 + column % 2;
}

// A lane's eight channels of one pixel (half 0 or 1: row g or g + 8 of the sums), in chunks.
template <class E>
struct PackedChannels {
  uint4 chunk[2 / E::values];
};

template <class E>
__device__ __forceinline__ PackedChannels<E> pack_channels(const float (&sum)[4][4], int half) {
  uint32_t words[8 / E::values];
#pragma unroll
  for (int i = 0; i < 8 / E::values; i++) {
    float values[E::values];
#pragma unroll
    for (int j = 0; j < E::values; j++) {
      const int channel = i * E::values + j;
      values[j] = sum[channel / 2][half * 2 + channel % 2];
    }
    words[i] = E::word(values);
  }
  PackedChannels<E> packed;
#pragma unroll
  for (int i = 0; i < 2 / E::values; i++) {
    packed.chunk[i] = make_uint4(words[i * 4], words[i * 4 + 1], words[i * 4 + 2], words[i * 4 + 3]);
  }
  return packed;
}

// Zeroes the channels whose bit is not set.
__device__ __forceinline__ void apply_mask(float (&sum)[4][4], int half, uint32_t mask) {
#pragma unroll
  for (int i = 0; i < 8; i++) {
    float& value = sum[i / 2][half * 2 + i % 2];
    value = (mask >> i & 1u) != 0 ? value : 0.0f;
  }
}

// ReLU, and a bit for every channel that it lets through. NaN stays.
__device__ __forceinline__ uint32_t rectify(float (&sum)[4][4], int half) {
  uint32_t mask = 0;
#pragma unroll
  for (int i = 0; i < 8; i++) {
    float& value = sum[i / 2][half * 2 + i % 2];
    const bool blocked = value <= 0.0f;
    value = blocked ? 0.0f : value;
    mask |= (blocked ? 0u : 1u) << i;
  }
  return mask;
}

// A right factor of 16 columns: b0 and b1 of one fragment, then of the next.
template <class E>
__device__ __forceinline__ void multiply_add_pair(float (&even)[4], float (&odd)[4], const uint32_t (&a)[4],
                                                  const uint4& b) {
  E::multiply_add(even, a, b.x, b.y);
  E::multiply_add(odd, a, b.z, b.w);
}

/*
 * Factors whose depth is pixels: 8 words of them from a row of a tile, from a column on. Left: 16 channels are the
 * rows. Right: 16 channels are the columns of two fragments, [fragment * 2 + word half].
 */
template <class E, int CHANNELS, int WIDTH>
struct Turned {
  const unsigned char* tile;
  int first_channel;
  const Lane& own;

  __device__ __forceinline__ void left(uint32_t (&a)[4], int row, int column) const {
    if constexpr (E::values == 2) {
      load_matrices_turned(a, tile + chunk_offset<E, CHANNELS, WIDTH>(row, column + own.lane % 8 + own.lane / 16 * 8,
                                                                     first_channel / 8 + own.lane / 8 % 2));
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        a[i] = word(row, column + own.t + i / 2 * 4, i % 2);
      }
    }
  }

  __device__ __forceinline__ void right(uint32_t (&b)[4], int row, int column) const {
    if constexpr (E::values == 2) {
      load_matrices_turned(b, tile + chunk_offset<E, CHANNELS, WIDTH>(row, column + own.lane % 16,
                                                                     first_channel / 8 + own.lane / 16));
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        b[i] = word(row, column + own.t + i % 2 * 4, i / 2);
      }
    }
  }

 private:
  __device__ __forceinline__ uint32_t word(int row, int column, int eight) const {
    const int channel = first_channel + eight * 8 + own.g;
    return *reinterpret_cast<const uint32_t*>(tile + chunk_offset<E, CHANNELS, WIDTH>(row, column, channel / 4) +
                                              channel % 4 * 4);
  }
};

}  // namespace ldct::cuda::tensor
