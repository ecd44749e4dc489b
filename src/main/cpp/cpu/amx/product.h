// Products of matrices that are given as one bfloat16 plane or as sums of two, x = x0 + x1, where x1 is about 2^-8 of x0.
// The products that matter at the last plane's size are taken, smallest first. Tiles 0..3 hold sums [2][2], 4 and 5 the left
// factor, 6 and 7 the right one.
// Included by *_amx.cpp only.
#pragma once

#include "cpu/amx/kernels.h"
#include "cpu/amx/tile.h"

#define LDCT_INLINE inline __attribute__((always_inline))

namespace ldct {
namespace cpu {
namespace amx {

constexpr int64_t tile_row_bytes = 64;

// left(plane) and right(plane) load tiles, multiply() uses them.
template <int planes, class Left, class Right, class Multiply>
LDCT_INLINE void plane_products(const Left& left, const Right& right, const Multiply& multiply) {
  if constexpr (planes == 1) {
    left(0), right(0), multiply();
  } else {
    left(0), right(1), multiply();
    right(0), multiply();
    left(1), multiply();
  }
}

template <int rows, int columns>
LDCT_INLINE void multiply_loaded() {
  tile_multiply<0, 4, 6>();
  if constexpr (columns == 2) tile_multiply<1, 4, 7>();
  if constexpr (rows == 2) tile_multiply<2, 5, 6>();
  if constexpr (rows == 2 && columns == 2) tile_multiply<3, 5, 7>();
}

// One step of 32 along the inner dimension. `next` is the distance to the factor's second tile.
struct Factor {
  const bf16* at;
  int64_t plane, next, stride_bytes;
};

template <int planes, int rows, int columns>
LDCT_INLINE void multiply_add(const Factor& left, const Factor& right) {
  plane_products<planes>(
      [&](int plane) {
        const bf16* at = left.at + plane * left.plane;
        tile_load<4>(at, left.stride_bytes);
        if constexpr (rows == 2) tile_load<5>(at + left.next, left.stride_bytes);
      },
      [&](int plane) {
        const bf16* at = right.at + plane * right.plane;
        tile_load<6>(at, right.stride_bytes);
        if constexpr (columns == 2) tile_load<7>(at + right.next, right.stride_bytes);
      },
      multiply_loaded<rows, columns>);
}

template <int rows, int columns>
LDCT_INLINE void load_sums(const float* from, int64_t stride, int64_t next_row_tile, int64_t next_column_tile) {
  const int64_t bytes = stride * static_cast<int64_t>(sizeof(float));
  tile_load<0>(from, bytes);
  if constexpr (columns == 2) tile_load<1>(from + next_column_tile, bytes);
  if constexpr (rows == 2) tile_load<2>(from + next_row_tile, bytes);
  if constexpr (rows == 2 && columns == 2) tile_load<3>(from + next_row_tile + next_column_tile, bytes);
}

template <int rows, int columns>
LDCT_INLINE void store_sums(float* to, int64_t stride, int64_t next_row_tile, int64_t next_column_tile) {
  const int64_t bytes = stride * static_cast<int64_t>(sizeof(float));
  tile_store<0>(to, bytes);
  if constexpr (columns == 2) tile_store<1>(to + next_column_tile, bytes);
  if constexpr (rows == 2) tile_store<2>(to + next_row_tile, bytes);
  if constexpr (rows == 2 && columns == 2) tile_store<3>(to + next_row_tile + next_column_tile, bytes);
}

template <int rows, int columns>
LDCT_INLINE void zero_sums() {
  tile_zero<0>();
  if constexpr (columns == 2) tile_zero<1>();
  if constexpr (rows == 2) tile_zero<2>();
  if constexpr (rows == 2 && columns == 2) tile_zero<3>();
}

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
