// Layer 1's kernels: four rows at a time by winograd.h, its 81 taps as 3x3 groups of 3x3. Included by rows.inl.

namespace ldct {
namespace cpu {
namespace {

// Where windows begin that so many blocks of a row read.
constexpr Step window_positions(Step blocks) { return block_edge * (blocks - 1) + 3 * (groups1 - 1) + 1; }

constexpr Step positions1 = (window_positions(most_blocks) + WIDTH - 1) / WIDTH * WIDTH;
// Floats of a piece's components: [component][group row][position].
constexpr Step windows1 = components * groups1 * positions1;
// Between the components of a vector of channels, which take the first-level cache.
constexpr Step pitch1 = most_blocks * WIDTH;
static_assert(windows1 + components * pitch1 <= winograd_scratch, "no room");

// Weights and their gradients: [channels1 / WIDTH][component][group row][group column][WIDTH].
constexpr Step taps1 = groups1 * groups1 * WIDTH;

// Components of the windows at every position from `first` on; a block reads those of its nine groups.
void image_components(const float* const in[block_edge + kernel1 - 1], Step first, Step blocks, float* to) {
  const Step positions = window_positions(blocks);
  float halves[groups1][window_edge][positions1 + WIDTH];
  for (int group = 0; group < groups1; group++) {
    for (Step x = 0; x < positions + window_edge - 1; x += WIDTH) {
      Vector column[window_edge], transformed[window_edge];
#pragma GCC unroll 6
      for (int y = 0; y < window_edge; y++) {
        column[y] = load(in[3 * group + y] + first + x);
      }
      Winograd::input(column, transformed);
#pragma GCC unroll 6
      for (int y = 0; y < window_edge; y++) {
        store(halves[group][y] + x, transformed[y]);
      }
    }
  }
  for (int group = 0; group < groups1; group++) {
    for (int y = 0; y < window_edge; y++) {
      for (Step x = 0; x < positions; x += WIDTH) {
        Vector row[window_edge], transformed[window_edge];
#pragma GCC unroll 6
        for (int i = 0; i < window_edge; i++) {
          row[i] = load(halves[group][y] + x + i);
        }
        Winograd::input(row, transformed);
#pragma GCC unroll 6
        for (int i = 0; i < window_edge; i++) {
          store(to + ((y * window_edge + i) * groups1 + group) * positions1 + x, transformed[i]);
        }
      }
    }
  }
}

// One component of a vector of channels of BLOCKS blocks, whose sums are in registers.
constexpr int most_products1 = REGISTERS == 32 ? 16 : 8;
template <int BLOCKS>
struct Products1 {
  static void run(const float* windows, const float* weights, float* out) {
    Vector sums[BLOCKS];
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      sums[b] = broadcast(0);
    }
    for (int group = 0; group < groups1; group++, windows += positions1) {
#pragma GCC unroll 3
      for (int column = 0; column < groups1; column++, weights += WIDTH) {
        const Vector w = load(weights);
#pragma GCC unroll 16
        for (int b = 0; b < BLOCKS; b++) {
          sums[b] = multiply_add(broadcast(windows[block_edge * b + 3 * column]), w, sums[b]);
        }
      }
    }
#pragma GCC unroll 16
    for (int b = 0; b < BLOCKS; b++) {
      store(out + b * WIDTH, sums[b]);
    }
  }
};

void layer1(const WinogradRows& rows) {
  pieces_of_blocks(rows.width, [&](Step first, Step blocks) {
    float* windows = rows.scratch;
    float* products = rows.scratch + windows1;
    image_components(rows.in, block_edge * first, blocks, windows);
    for (Step c = 0; c < channels1; c += WIDTH) {
      const float* weights = rows.weights + c / WIDTH * components * taps1;
      for (int i = 0; i < components; i++) {
        balanced_pieces(blocks, most_products1, [&](Step b, Step count) {
          with_constant<most_products1, Products1>(count, windows + i * groups1 * positions1 + block_edge * b,
                                                   weights + i * taps1, products + i * pitch1 + b * WIDTH);
        });
      }
      for (Step b = 0; b < blocks; b++) {
        store_block<channels1>(rows, products + b * WIDTH, pitch1, block_edge * (first + b), c);
      }
    }
  });
}

// gradient += (first: =) the sums over blocks of one component of a vector of channels.
inline void add_products1(const float* windows, const float* delta, Step blocks, bool first, float* gradient) {
  Vector sums[groups1][groups1];
#pragma GCC unroll 3
  for (int row = 0; row < groups1; row++) {
#pragma GCC unroll 3
    for (int column = 0; column < groups1; column++) {
      sums[row][column] = first ? broadcast(0) : load(gradient + (row * groups1 + column) * WIDTH);
    }
  }
  for (Step b = 0; b < blocks; b++, windows += block_edge, delta += WIDTH) {
    const Vector d = load(delta);
#pragma GCC unroll 3
    for (int row = 0; row < groups1; row++) {
#pragma GCC unroll 3
      for (int column = 0; column < groups1; column++) {
        sums[row][column] = multiply_add(broadcast(windows[row * positions1 + 3 * column]), d, sums[row][column]);
      }
    }
  }
#pragma GCC unroll 3
  for (int row = 0; row < groups1; row++) {
#pragma GCC unroll 3
    for (int column = 0; column < groups1; column++) {
      store(gradient + (row * groups1 + column) * WIDTH, sums[row][column]);
    }
  }
}

void layer1_weight_gradient(const WinogradGradientRows& rows) {
  pieces_of_blocks(rows.width, [&](Step first, Step blocks) {
    float* windows = rows.scratch;
    float* deltas = rows.scratch + windows1;
    image_components(rows.in, block_edge * first, blocks, windows);
    for (Step c = 0; c < channels1; c += WIDTH) {
      float* gradient = rows.gradient + c / WIDTH * components * taps1;
      for (Step b = 0; b < blocks; b++) {
        gradient_block<channels1>(rows.delta, block_edge * (first + b) * channels1 + c, pitch1, deltas + b * WIDTH);
      }
      for (int i = 0; i < components; i++) {
        add_products1(windows + i * groups1 * positions1, deltas + i * pitch1, blocks, rows.first && first == 0,
                      gradient + i * taps1);
      }
    }
  });
}

// visit(group, channel, where its first component is)
template <class Visit>
void each_group(const Visit& visit) {
  for (Step channel = 0; channel < channels1; channel += WIDTH) {
    for (int group = 0; group < groups1 * groups1; group++) {
      visit(group, channel, channel / WIDTH * components * taps1 + group * WIDTH);
    }
  }
}

void transform_weights1(const float* weights1, WinogradWeights& to) {
  each_group([&](int group, Step channel, Step at) {
    const float* taps[3][3];
    group_taps(weights1, group, taps);
    store_kernel_components(taps, channel, to.layer1 + at, taps1);
  });
}

void add_weight_gradient1(const float* sums, float* weights1) {
  each_group([&](int group, Step channel, Step at) {
    float* taps[3][3];
    group_taps(weights1, group, taps);
    Winograd::add_kernel_gradient(sums + at, taps1, channel, taps);
  });
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
