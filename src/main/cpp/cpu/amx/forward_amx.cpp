#include "cpu/amx/epilogue.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

template <int planes, int chunks, int pixel_elements, int channels, bool with_pairs>
void activation_row(const Convolution& c) {
  constexpr int steps = channels == channels1 ? 6 : 1;  // pairs of pixels between two products
  Block blocks[2];
  ActivationTail<planes, channels, with_pairs> tail;
  int next = 0;
  for (int half = 0; half < channels / 32; half++) {
    for (int64_t x = 0; x < c.width; x += block_pixels) {
      const int64_t valid = c.width - x;
      Block& block = blocks[next];
      auto between = [&] { advance<steps>(tail); };
      if (valid > 16) {
        convolve<planes, 2, chunks, pixel_elements, channels, true>(c, x, half, block, between);
      } else {
        convolve<planes, 1, chunks, pixel_elements, channels, true>(c, x, half, block, between);
      }
      finish(tail);
      tail.block = &block;
      tail.at = 0;
      tail.count = valid > 16 ? 32 : 16;
      block.clear(~c.inside[x / block_pixels] & (valid > 16 ? 0xffffffffu : 0xffffu));
      tail.pixels = {c.pixels.at + x * channels + half * 32, c.pixels.plane};
      tail.pairs = {c.pairs.at + half * c.pairs_group + x * 32, c.pairs.plane};
      next ^= 1;
    }
  }
  finish(tail);
}

template <int planes, int chunks, int pixel_elements, int channels>
void activation_row(const Convolution& c) {
  if (c.pairs.at) {
    activation_row<planes, chunks, pixel_elements, channels, true>(c);
  } else {
    activation_row<planes, chunks, pixel_elements, channels, false>(c);
  }
}

// A tile's row is two pixels: 16 columns are 8 sums for each.
template <int planes, int rows>
LDCT_INLINE void partial_block(const Convolution& c, int64_t x) {
  constexpr int64_t stride = 2 * channels2;
  zero_sums<rows, 1>();
  for (int k = 0; k < 6; k++) {
    multiply_add<planes, rows, 1>(
        {c.in[0] + x * channels2 + k * 32, c.in_plane, 16 * stride, stride * int64_t{sizeof(bf16)}},
        {c.weights[0] + k * weight_tile, c.weights_plane, 0, tile_row_bytes});
  }
  store_sums<rows, 1>(c.partial + x * partial_sums, 16, 256, 0);
}

// Sums of the lanes 0..7 and 8..15 of eight vectors, in order: 16 sums.
LDCT_INLINE __m512 sums_of_eights(const __m512 v[8]) {
  __m512 pairs[4], quads[2];
  for (int i = 0; i < 4; i++) {
    const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    pairs[i] = _mm512_add_ps(_mm512_permutex2var_ps(v[2 * i], even, v[2 * i + 1]),
                             _mm512_permutex2var_ps(v[2 * i], odd, v[2 * i + 1]));
  }
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
  for (int i = 0; i < 2; i++) {
    quads[i] = _mm512_add_ps(_mm512_permutex2var_ps(pairs[2 * i], even, pairs[2 * i + 1]),
                             _mm512_permutex2var_ps(pairs[2 * i], odd, pairs[2 * i + 1]));
  }
  return _mm512_add_ps(_mm512_permutex2var_ps(quads[0], even, quads[1]),
                       _mm512_permutex2var_ps(quads[0], odd, quads[1]));
}

void output_row(const OutputRow& row) {
  for (int64_t x = 0; x < row.width; x += 16) {
    __m512 v[8];
    for (int i = 0; i < 8; i++) {
      v[i] = _mm512_setzero_ps();
      for (int t = 0; t < kernel3; t++) {
        if (row.partial[t]) {
          v[i] = _mm512_mask_loadu_ps(v[i], static_cast<__mmask16>(0x0101 << t),
                                      row.partial[t] + (x + 2 * i) * partial_sums);
        }
      }
    }
    const int64_t left = row.width - x;
    const __mmask16 inside = static_cast<__mmask16>(left >= 16 ? 0xffff : (1 << left) - 1);
    _mm512_mask_storeu_ps(row.out + x, inside, _mm512_add_ps(_mm512_set1_ps(row.bias), sums_of_eights(v)));
  }
}

double loss_row(const LossRow& row) {
  __m512d loss = _mm512_setzero_pd(), total = _mm512_setzero_pd();
  for (int64_t x = 0; x < row.width; x += 8) {
    const int64_t left = row.width - x;
    const __mmask8 inside = static_cast<__mmask8>(left >= 8 ? 0xff : (1 << left) - 1);
    __m256 difference =
        _mm256_sub_ps(_mm256_maskz_loadu_ps(inside, row.out + x), _mm256_maskz_loadu_ps(inside, row.target + x));
    __m256 delta = _mm256_mul_ps(_mm256_set1_ps(row.scale), difference);
    _mm256_mask_storeu_ps(row.delta + x, inside, delta);
    __m512d wide = _mm512_cvtps_pd(difference);
    loss = _mm512_fmadd_pd(wide, wide, loss);
    total = _mm512_add_pd(total, _mm512_cvtps_pd(delta));
  }
  *row.total += _mm512_reduce_add_pd(total);
  return _mm512_reduce_add_pd(loss);
}

template <int planes>
void partial_row(const Convolution& c) {
  for (int64_t x = 0; x < c.width; x += 64) {
    if (c.width - x > 32) {
      partial_block<planes, 2>(c, x);
    } else {
      partial_block<planes, 1>(c, x);
    }
  }
}

}  // namespace

template <int planes>
void TileKernels<planes>::layer1(const Convolution& row) {
  activation_row<planes, 3, strip1, channels1>(row);
}

template <int planes>
void TileKernels<planes>::layer2(const Convolution& row) {
  activation_row<planes, 6, channels1, channels2>(row);
}

template <int planes>
void TileKernels<planes>::layer3(const Convolution& row) {
  partial_row<planes>(row);
}

template <int planes>
void TileKernels<planes>::output(const OutputRow& row) {
  output_row(row);
}

template <int planes>
double TileKernels<planes>::loss(const LossRow& row) {
  return loss_row(row);
}

template void TileKernels<1>::layer1(const Convolution&);
template void TileKernels<1>::layer2(const Convolution&);
template void TileKernels<1>::layer3(const Convolution&);
template void TileKernels<1>::output(const OutputRow&);
template double TileKernels<1>::loss(const LossRow&);
template void TileKernels<2>::layer1(const Convolution&);
template void TileKernels<2>::layer2(const Convolution&);
template void TileKernels<2>::layer3(const Convolution&);
template void TileKernels<2>::output(const OutputRow&);
template double TileKernels<2>::loss(const LossRow&);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
