#include "cpu/amx/product.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

// A block [32][32] of the sums: four tiles.
struct Sums {
  float* at;
  int64_t stride, next_row_tile, next_column_tile;
};

// Left factors: rows of taps, or planar.
struct Left {
  int64_t step, next, stride;  // elements from 32 pixels, a tile, a tile's row to the next
};
constexpr Left planar{32 * channels2, 16 * 32, 32};

// Adds the products of all pixels. Offsets are in elements; left rows are taken from `left`.
template <int planes>
LDCT_INLINE void add_pixels(const WeightGradientRows& r, const bf16* const* left, int64_t left_offset,
                            const Left& layout, int64_t right_offset, const Sums& sums) {
  load_sums<2, 2>(sums.at, sums.stride, sums.next_row_tile, sums.next_column_tile);
  for (int row = 0; row < r.rows; row++) {
    if (!left[row]) {
      continue;
    }
    const bf16* from_left = left[row] + left_offset;
    const bf16* from_right = r.right[row] + right_offset;
    for (int64_t x = 0; x < r.pixels; x += 32) {
      multiply_add<planes, 2, 2>({from_left, r.left_plane, layout.next, layout.stride * int64_t{sizeof(bf16)}},
                                 {from_right, r.right_plane, 32, 64 * int64_t{sizeof(bf16)}});
      from_left += layout.step;
      from_right += 32 * 32;
    }
  }
  store_sums<2, 2>(sums.at, sums.stride, sums.next_row_tile, sums.next_column_tile);
}

template <int planes>
void sum_layer3(const WeightGradientRows& r) {
  const Sums sums{r.sums, 32, 16 * 32, 16};
  add_pixels<planes>(r, r.left, 0, {32, 16 * r.left_pitch, r.left_pitch}, 0, sums);
}

template <int planes>
void sum_layer2(const WeightGradientRows& r) {
  // In this order the rows of one tap column stay in the first-level cache for three tap rows.
  for (int half = 0; half < 2; half++) {
    for (int tap_column = 0; tap_column < kernel2; tap_column++) {
      for (int tap_row = 0; tap_row < kernel2; tap_row++) {
        float* sums = r.sums + ((tap_row * kernel2 + tap_column) * 8 + half * 2) * 256;
        add_pixels<planes>(r, r.left + 2 - tap_row, tap_column * channels2 * r.pixels, planar, half * 32 * r.pixels,
                           {sums, 16, 4 * 256, 256});
      }
    }
  }
}

template <int planes>
void sum_layer1(const WeightGradientRows& r) {
  const Left layout{32, 16 * r.left_pitch, r.left_pitch};
  for (int half = 0; half < 2; half++) {
    for (int tap = 0; tap < 96; tap += 32) {
      add_pixels<planes>(r, r.left, tap * r.left_pitch, layout, half * 32 * r.pixels,
                         {r.sums + tap * 64 + half * 32, 64, 16 * 64, 16});
    }
  }
}

}  // namespace

template <int planes>
void TileKernels<planes>::layer3_weight_gradient(const WeightGradientRows& rows) {
  sum_layer3<planes>(rows);
}

template <int planes>
void TileKernels<planes>::layer2_weight_gradient(const WeightGradientRows& rows) {
  sum_layer2<planes>(rows);
}

template <int planes>
void TileKernels<planes>::layer1_weight_gradient(const WeightGradientRows& rows) {
  sum_layer1<planes>(rows);
}

template void TileKernels<1>::layer3_weight_gradient(const WeightGradientRows&);
template void TileKernels<1>::layer2_weight_gradient(const WeightGradientRows&);
template void TileKernels<1>::layer1_weight_gradient(const WeightGradientRows&);
template void TileKernels<2>::layer3_weight_gradient(const WeightGradientRows&);
template void TileKernels<2>::layer2_weight_gradient(const WeightGradientRows&);
template void TileKernels<2>::layer1_weight_gradient(const WeightGradientRows&);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
