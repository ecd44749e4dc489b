// Layers 1 to 3 forward.
#include "cpu/pairs/winograd.inl"

#include "cpu/image.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

constexpr int output_pairs = 8;

// The sums over the lanes of 16 vectors.
inline __m512 sums_of_lanes(const __m512 x[16]) {
  __m512 two[8], four[4];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) {
    two[i] = _mm512_add_ps(_mm512_unpacklo_ps(x[2 * i], x[2 * i + 1]), _mm512_unpackhi_ps(x[2 * i], x[2 * i + 1]));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    const __m512d a = _mm512_castps_pd(two[2 * i]), b = _mm512_castps_pd(two[2 * i + 1]);
    four[i] = _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
  }
  auto fold = [](__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd));
  };
  return fold(fold(four[0], four[1]), fold(four[2], four[3]));
}

// One component of a slice of channels.
constexpr int most_products1 = pixels_a_block(slice_channels / lanes);
template <int P>
struct Products1 {
  static void run(const float* windows, Step pitch, const float* weights, float* out) {
    image_products<P, slice_channels / lanes>(windows, pitch, weights, out);
  }
};

}  // namespace

void layer1(const ImageRows& image) {
  const Rows& rows = image.rows;
  pieces_of_blocks(rows.width, [&](Step first, Step blocks) {
    const Step pitch = windows_pitch(blocks), out_pitch = component_pitch(blocks, slice_channels);
    float* windows = static_cast<float*>(rows.scratch);
    float* products = windows + windows_floats(blocks);
    image_components<Bfloat16Points>(image.in, first * block_edge, blocks, windows);
    for (Step channel = 0; channel < channels1; channel += slice_channels) {
      const float* weights = image.weights + channel * components * groups1 * groups1;
      for (int i = 0; i < components; i++) {
        balanced_pieces(blocks, most_products1, [&](Step block, Step count) {
          with_constant<most_products1, Products1>(count, windows + i * groups1 * pitch + block * block_edge, pitch,
                                                   weights + i * taps1,
                                                   products + i * out_pitch + block * slice_channels);
        });
      }
      store_blocks<Activation, channels1>(rows, products, out_pitch, first, blocks, channel);
    }
  });
}

void layer2(const LayerRows& layer) { Layer2::run(layer); }

void layer3(const Output& row) {
  for (Step pixel = 0; pixel < row.width; pixel += 2 * output_pairs) {
    __m512 sums[2 * output_pairs];
    for (__m512& sum : sums) {
      sum = _mm512_setzero_ps();
    }
    for (int t = 0; t < row.tap_rows; t++) {
      const bf16* in = row.in[t] + pixel * channels2;
      const bf16* weights = row.weights[t];
      for (int j = 0; j < tap_pairs3; j++, in += 2 * channels2, weights += 4 * channels2) {
        for (int v = 0; v < 2 * channels2; v += 2 * lanes) {
          const __m512i first = load(weights + v), second = load(weights + 2 * channels2 + v);
#pragma GCC unroll 8
          for (int q = 0; q < output_pairs; q++) {
            const __m512i x = load(in + q * 2 * channels2 + v);
            sums[2 * q] = dot(x, first, sums[2 * q]);
            sums[2 * q + 1] = dot(x, second, sums[2 * q + 1]);
          }
        }
      }
    }
    const __m512 out = _mm512_add_ps(sums_of_lanes(sums), _mm512_set1_ps(row.bias));
    const Step left = row.width - pixel;
    _mm512_mask_storeu_ps(row.out + pixel, static_cast<__mmask16>(left < lanes ? (1 << left) - 1 : 0xffff), out);
  }
}

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
