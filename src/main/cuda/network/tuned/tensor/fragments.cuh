// How bfloat16 operands lie in registers, in shared memory and in the arranged weights.
#pragma once

#include "device/bfloat16.cuh"
#include "device/matrix.cuh"
#include "network/tuned/layout.cuh"

namespace ldct::cuda::tensor {

constexpr int threads = 128, warps = 4;
constexpr int tile_columns = 16;  // the pixels of a row of a tile are one side of a product

struct Lane {
  int warp, lane;
  int g, t;  // row and column pair of a fragment
};

__device__ __forceinline__ Lane own_lane() {
  const int thread = static_cast<int>(threadIdx.x);
  return {thread / 32, thread % 32, thread % 32 / 4, thread % 4};
}

/*
 * Tiles hold CHANNELS bfloat16 a pixel in chunks of 8 (16 bytes). Chunks change places with the pixel so that the same
 * chunk of 8 neighbouring pixels, and a whole pixel's chunks of two neighbours, lie in different banks.
 */
template <int CHANNELS>
__device__ __forceinline__ int chunk_offset(int pixel, int chunk) {
  static_assert(CHANNELS == 64 || CHANNELS == 32, "a row of 128 bytes holds one or two pixels");
  const int turn = CHANNELS == 64 ? (pixel & 1) << 2 | (pixel >> 1 & 3) : pixel >> 1 & 3;
  return pixel * CHANNELS * 2 + ((chunk ^ turn) << 4);
}

/*
 * Products yield 32 channels as 4 fragments of 8 columns, of which a lane has two each. Columns stand for channels in
 * such an order that a lane's eight are neighbours: 8t to 8t + 7.
 */
__host__ __device__ __forceinline__ int channel_of_column(int fragment, int column) {
  return column / 2 * 8 + fragment * 2 + column % 2;
}

// Eight neighbouring channels of one pixel (half 0 or 1: row g or g + 8 of the sums).
__device__ __forceinline__ uint4 pack_channels(const float (&sum)[4][4], int half) {
  return make_uint4(pack_bfloat16(sum[0][half * 2], sum[0][half * 2 + 1]),
                    pack_bfloat16(sum[1][half * 2], sum[1][half * 2 + 1]),
                    pack_bfloat16(sum[2][half * 2], sum[2][half * 2 + 1]),
                    pack_bfloat16(sum[3][half * 2], sum[3][half * 2 + 1]));
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

// Two fragments of 8 columns and 16 rows of a right factor, as arranged: b[0], b[1] of one, then of the other.
__device__ __forceinline__ void multiply_add_pair(float (&even)[4], float (&odd)[4], const uint32_t (&a)[4],
                                                  const uint4& b) {
  multiply_add(even, a, b.x, b.y);
  multiply_add(odd, a, b.z, b.w);
}

// Lane i of an arranged step reads its uint4 i; two follow one another for the 32 columns.
constexpr int step_fragments = 64;

}  // namespace ldct::cuda::tensor
