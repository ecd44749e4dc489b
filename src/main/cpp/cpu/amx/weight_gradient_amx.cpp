#include "cpu/amx/product.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

// Adds all pixels to the four sums that are loaded. Offsets are in elements.
template <int planes>
LDCT_INLINE void sum_pixels(const WeightGradientRows& r, int64_t left_offset, int64_t left_next, int64_t right_offset,
                            int64_t channels) {
  for (int row = 0; row < r.rows; row++) {
    if (!r.left[row]) {
      continue;
    }
    const bf16* left = r.left[row] + left_offset;
    const bf16* right = r.right[row] + right_offset;
    for (int64_t x = 0; x < r.pixels; x += 32) {
      multiply_add<planes, 2, 2>({left + x, r.left_plane, left_next, r.left_pitch * int64_t{sizeof(bf16)}},
                                 {right + x * channels, r.right_plane, 32, channels * 2 * int64_t{sizeof(bf16)}});
    }
  }
}

template <int planes>
void sum_layer3(const WeightGradientRows& r) {
  load_sums<2, 2>(r.sums, 32, 16 * 32, 16);
  sum_pixels<planes>(r, 0, 16 * r.left_pitch, 0, channels2);
  store_sums<2, 2>(r.sums, 32, 16 * 32, 16);
}

template <int planes>
void sum_layer2(const WeightGradientRows& r) {
  for (int half = 0; half < 2; half++) {
    for (int tap = 0; tap < kernel2; tap++) {
      float* sums = r.sums + (tap * 8 + half * 2) * 256;
      load_sums<2, 2>(sums, 16, 4 * 256, 256);
      sum_pixels<planes>(r, (tap - 1) * channels2 * r.left_pitch, 16 * r.left_pitch, half * 64, channels1);
      store_sums<2, 2>(sums, 16, 4 * 256, 256);
    }
  }
}

template <int planes>
void sum_layer1(const WeightGradientRows& r) {
  for (int half = 0; half < 2; half++) {
    for (int taps = 0; taps < 96; taps += 32) {
      float* sums = r.sums + taps * 64 + half * 32;
      load_sums<2, 2>(sums, 64, 16 * 64, 16);
      sum_pixels<planes>(r, taps * r.left_pitch, 16 * r.left_pitch, half * 64, channels1);
      store_sums<2, 2>(sums, 64, 16 * 64, 16);
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
template void TileKernels<3>::layer3_weight_gradient(const WeightGradientRows&);
template void TileKernels<3>::layer2_weight_gradient(const WeightGradientRows&);
template void TileKernels<3>::layer1_weight_gradient(const WeightGradientRows&);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
