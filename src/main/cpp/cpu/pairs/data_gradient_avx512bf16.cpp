// Gradients of the inputs of layers 3 and 2.
#include "cpu/pairs/winograd.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// A pair of pixels less than the sums leave room for: what ends a row wants registers too.
constexpr Step most_pairs = 6;

template <int PAIRS>
struct Layer3Gradient {
  static constexpr int vectors = channels2 / lanes;
  static void run(const Convolution& row, Step pixel) {
    __m512 sums[2 * PAIRS][vectors];
    clear(sums);
    for (int t = 0; t < row.tap_rows; t++) {
      accumulate<2 * PAIRS, vectors, tap_pairs3, 1, channels2>(row.in[t] + pixel, row.weights[t], sums);
    }
    const OutRow<Gated> out{row.gate, row.out, row.width};
#pragma GCC unroll 16
    for (int p = 0; p < 2 * PAIRS; p += 2) {
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        out.store(pixel + p, (pixel + p) * channels2 + v * 2 * lanes, sums[p][v], sums[p + 1][v]);
      }
    }
  }
};

}  // namespace

void layer3_data_gradient(const Convolution& row) {
  balanced_pieces((row.width + 1) / 2, most_pairs, [&](Step first, Step count) {
    with_constant<most_pairs, Layer3Gradient>(count, row, 2 * first);
  });
}

void layer2_data_gradient(const LayerRows& layer) { Layer2DataGradient::run(layer); }

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
