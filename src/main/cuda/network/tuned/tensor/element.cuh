// What the tensor cores multiply. A word is a register's worth of neighbours in k; a product is 8 words deep.
#pragma once

#include "device/bfloat16.cuh"
#include "device/matrix.cuh"

namespace ldct::cuda::tensor {

struct Bfloat16 {
  static constexpr int values = 2;  // in a word
  static constexpr uint32_t ones = 0x3f803f80u;

  static __device__ __forceinline__ uint32_t word(const float (&value)[values]) {
    return pack_bfloat16(value[0], value[1]);
  }
  static __device__ __forceinline__ void multiply_add(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0,
                                                      uint32_t b1) {
    multiply_add_bfloat16(sum, a, b0, b1);
  }
  // Where a tile's chunk of 16 bytes goes, of 8 in 128: the chunks of half a pixel lie apart from its neighbour's.
  static __device__ __forceinline__ int turn(int column) { return (column & 1) << 2 | (column >> 1 & 3); }
};

struct Tfloat32 {
  static constexpr int values = 1;
  static constexpr uint32_t ones = 0x3f800000u;

  static __device__ __forceinline__ uint32_t word(const float (&value)[values]) { return round_tfloat32(value[0]); }
  static __device__ __forceinline__ void multiply_add(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0,
                                                      uint32_t b1) {
    multiply_add_tfloat32(sum, a, b0, b1);
  }
  // Two neighbouring chunks of four neighbouring pixels lie apart, for loads that turn.
  static __device__ __forceinline__ int turn(int column) { return (column & 3) << 1 | (column >> 2 & 1); }
};

// How many products deep the layers are. Windows of one channel have their rows padded to whole words.
template <class E>
struct Depth {
  static constexpr int row_words1 = (9 + E::values - 1) / E::values, row_words3 = (5 + E::values - 1) / E::values;
  static constexpr int window1 = (9 * row_words1 + 7) / 8, window3 = (5 * row_words3 + 7) / 8;
  static constexpr int channels1 = 64 / (8 * E::values), channels2 = 32 / (8 * E::values);
  static constexpr int columns = 16 / (8 * E::values);  // a tile's row of pixels
};

}  // namespace ldct::cuda::tensor
