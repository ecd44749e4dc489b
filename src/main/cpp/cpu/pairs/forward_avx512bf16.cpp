// Layers 1 to 3 forward.
#include "cpu/pairs/image.inl"

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

// Layer 1's windows: [component][group row][position].
constexpr Step positions1 = whole_vectors(window_positions(most_blocks));
constexpr Step windows_pitch1 = groups1 * positions1;

void image_components(const float* const in[image_rows], Step first, Step blocks, float* to) {
  const Step positions = window_positions(blocks);
  const ImageColumns columns(in, first * block_edge, positions + window_edge - 1);
  for (int y = 0; y < window_edge; y++, to += window_edge * windows_pitch1) {
    for (int group = 0; group < groups1; group++) {
      for (Step x = 0; x < positions; x += lanes) {
        __m512 transformed[window_edge];
        columns.windows(group, y, x, transformed);
#pragma GCC unroll 6
        for (int i = 0; i < window_edge; i++) {
          _mm512_storeu_ps(to + i * windows_pitch1 + group * positions1 + x, transformed[i]);
        }
      }
    }
  }
}

// One component of a slice of channels.
template <int P>
struct ImageProducts {
  static constexpr int vectors = slice1 / lanes;
  static void run(const float* windows, const float* weights, float* out) {
    __m512 sums[P][vectors];
    clear(sums);
    for (int group = 0; group < groups1; group++, windows += positions1) {
#pragma GCC unroll 3
      for (int column = 0; column < groups1; column++, weights += slice1) {
        __m512 w[vectors];
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
          w[v] = _mm512_loadu_ps(weights + v * lanes);
        }
#pragma GCC unroll 16
        for (int p = 0; p < P; p++) {
          const __m512 x = _mm512_set1_ps(windows[p * block_edge + 3 * column]);
#pragma GCC unroll 2
          for (int v = 0; v < vectors; v++) {
            sums[p][v] = _mm512_fmadd_ps(x, w[v], sums[p][v]);
          }
        }
      }
    }
#pragma GCC unroll 16
    for (int p = 0; p < P; p++) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        _mm512_storeu_ps(out + p * slice1 + v * lanes, sums[p][v]);
      }
    }
  }
};

}  // namespace

void layer1(const ImageRows& image) {
  const Rows& rows = image.rows;
  balanced_pieces((rows.width + block_edge - 1) / block_edge, most_blocks, [&](Step first, Step blocks) {
    const Step out_pitch = blocks * slice1 + packed_gap;
    float* windows = static_cast<float*>(rows.scratch);
    float* products = windows + components * windows_pitch1;
    image_components(image.in, first, blocks, windows);
    for (int slice = 0; slice < slices1; slice++) {
      const float* weights = image.weights + slice * components * groups1 * groups1 * slice1;
      for (int i = 0; i < components; i++) {
        balanced_pieces(blocks, pixels_a_block(slice1 / lanes), [&](Step block, Step count) {
          with_constant<pixels_a_block(slice1 / lanes), ImageProducts>(
              count, windows + i * windows_pitch1 + block * block_edge, weights + i * groups1 * groups1 * slice1,
              products + i * out_pitch + block * slice1);
        });
      }
      for (Step block = 0; block < blocks; block++) {
        for (Step c = 0; c < slice1; c += lanes) {
          store_block<Activation, channels1>(rows, products + block * slice1 + c, out_pitch, first + block,
                                             slice * slice1 + c);
        }
      }
    }
  });
}

void layer2(const LayerRows& layer) { Products<Activation, channels1, channels2>::run(layer); }

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
