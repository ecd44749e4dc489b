// Layer 1's kernels: four rows at a time by winograd.h, its 81 taps as 3x3 groups of 3x3. Included by rows.inl.

namespace ldct {
namespace cpu {
namespace {

// Where windows begin that so many blocks of a row read.
constexpr Step window_positions(Step blocks) { return block_edge * (blocks - 1) + 3 * (groups1 - 1) + 1; }

constexpr Step positions1 = (window_positions(most_blocks) + WIDTH - 1) / WIDTH * WIDTH;
// Floats of a piece's components: [component][group row][position].
constexpr Step windows1 = components * groups1 * positions1;
static_assert(windows1 + components * (most_blocks * channels1 + component_gap) <= winograd_scratch, "no room");

// Components of the windows at every position from `first` on; a block reads those of its nine groups.
void image_components(const float* const in[block_edge + kernel1 - 1], Step first, Step blocks, float* to) {
  const Step positions = window_positions(blocks);
  float halves[window_edge][positions1 + WIDTH];
  for (int group = 0; group < groups1; group++) {
    for (Step x = 0; x < positions + window_edge - 1; x += WIDTH) {
      Vector column[window_edge], transformed[window_edge];
#pragma GCC unroll 6
      for (int y = 0; y < window_edge; y++) {
        column[y] = load(in[3 * group + y] + first + x);
      }
      transform_input<0>(column, transformed);
      transform_input<1>(column, transformed + 3);
#pragma GCC unroll 6
      for (int y = 0; y < window_edge; y++) {
        store(halves[y] + x, transformed[y]);
      }
    }
    for (int y = 0; y < window_edge; y++) {
      for (Step x = 0; x < positions; x += WIDTH) {
        Vector row[window_edge], transformed[window_edge];
#pragma GCC unroll 6
        for (int i = 0; i < window_edge; i++) {
          row[i] = load(halves[y] + x + i);
        }
        transform_input<0>(row, transformed);
        transform_input<1>(row, transformed + 3);
#pragma GCC unroll 6
        for (int i = 0; i < window_edge; i++) {
          store(to + ((y * window_edge + i) * groups1 + group) * positions1 + x, transformed[i]);
        }
      }
    }
  }
}

void layer1(const WinogradRows& rows) {
  balanced_pieces((rows.width + block_edge - 1) / block_edge, most_blocks, [&](Step first, Step blocks) {
    const Step pitch = component_pitch(blocks, channels1);
    float* products = rows.scratch + windows1;
    image_components(rows.in, block_edge * first, blocks, rows.scratch);
    for (int i = 0; i < components; i++) {
      ConvolutionRow product{};
      product.tap_rows = groups1;
      for (int g = 0; g < groups1; g++) {
        product.in[g] = rows.scratch + (i * groups1 + g) * positions1;
        product.weights[g] = rows.weights + (i * groups1 + g) * groups1 * channels1;
      }
      product.width = blocks;
      product.out = products + i * pitch;
      Convolution<groups1, block_edge, channels1, 3>::run(product);
    }
    store_outputs<channels1>(rows, products, block_edge * first, blocks);
  });
}

void layer1_weight_gradient(const WinogradGradientRows& rows) {
  balanced_pieces((rows.width + block_edge - 1) / block_edge, most_blocks, [&](Step first, Step blocks) {
    const Step pitch = component_pitch(blocks, channels1);
    float* deltas = rows.scratch + windows1;
    image_components(rows.in, block_edge * first, blocks, rows.scratch);
    gradient_components<channels1>(rows.delta, block_edge * first, blocks, deltas);
    for (int i = 0; i < components; i++) {
      WeightGradientRow product{};
      product.tap_rows = groups1;
      for (int g = 0; g < groups1; g++) {
        product.in[g] = rows.scratch + (i * groups1 + g) * positions1;
        product.gradient[g] = rows.gradient + (i * groups1 + g) * groups1 * channels1;
      }
      product.delta = deltas + i * pitch;
      product.width = blocks;
      WeightGradient<groups1, block_edge, channels1, 3>::run(product);
    }
  });
}

// taps[row][column] of a group of weights or gradients [tap row][tap column][channels1].
template <class Float>
void group_taps(Float* weights1, int group_row, int group_column, Float* taps[3][3]) {
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) {
      taps[row][column] = weights1 + ((3 * group_row + row) * kernel1 + 3 * group_column + column) * channels1;
    }
  }
}

template <class Visit>
void each_group(const Visit& visit) {
  for (int row = 0; row < groups1; row++) {
    for (int column = 0; column < groups1; column++) {
      for (Step channel = 0; channel < channels1; channel += WIDTH) {
        visit(row, column, channel);
      }
    }
  }
}

void transform_weights1(const float* weights1, WinogradWeights& to) {
  each_group([&](int row, int column, Step channel) {
    const float* taps[3][3];
    group_taps(weights1, row, column, taps);
    kernel_components(taps, channel, to.layer1 + (row * groups1 + column) * channels1, component_weights1);
  });
}

void add_weight_gradient1(const float* sums, float* weights1) {
  each_group([&](int row, int column, Step channel) {
    float* taps[3][3];
    group_taps(weights1, row, column, taps);
    add_kernel_gradient(sums + (row * groups1 + column) * channels1, component_weights1, channel, taps);
  });
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
