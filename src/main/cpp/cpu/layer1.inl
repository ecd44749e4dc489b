// Layer 1's kernels: four rows at a time by winograd.h, its 81 taps as 3x3 groups of 3x3. Included by rows.inl.

#include "cpu/image.inl"

namespace ldct {
namespace cpu {
namespace {

// Channels that are computed together: two vectors share what is read of the image.
constexpr int vectors1 = 2, slice1 = vectors1 * WIDTH;

// One component of a slice of BLOCKS blocks. Of many blocks, all components leave the first-level cache; of few, the weights are
// read often.
constexpr int most_products1 = REGISTERS == 32 ? 12 : 6;
template <int BLOCKS>
struct Products1 {
  static void run(const float* windows, Step pitch, const float* weights, float* out) {
    image_products<BLOCKS, vectors1>(windows, pitch, weights, out);
  }
};

constexpr Step layer1_floats(Step blocks) {
  return windows_floats(blocks) + components * component_pitch(most_products1, slice1);
}
constexpr Step layer1_gradient_floats(Step blocks) {
  return windows_of_groups_floats(blocks) + components * component_pitch(blocks, slice1);
}

// Weights and their gradients: [channels1 / slice1][component][group row][group column][slice1].
constexpr Step taps1 = groups1 * groups1 * slice1;

void layer1(const WinogradRows& rows) {
  pieces_of_blocks(rows.width, [&](Step first, Step blocks) {
    const Step pitch = windows_pitch(blocks);
    float* windows = rows.scratch;
    float* products = rows.scratch + windows_floats(blocks);
    image_components<Float32Points>(rows.in, block_edge * first, blocks, windows);
    for (Step c = 0; c < channels1; c += slice1) {
      const float* weights = rows.weights + c / slice1 * components * taps1;
      balanced_pieces(blocks, most_products1, [&](Step b, Step count) {
        const Step products_pitch = component_pitch(count, slice1);
        for (int i = 0; i < components; i++) {
          with_constant<most_products1, Products1>(count, windows + i * groups1 * pitch + block_edge * b, pitch,
                                                   weights + i * taps1, products + i * products_pitch);
        }
        store_blocks<channels1, slice1>(rows, products, products_pitch, block_edge * (first + b), count, c);
      });
    }
  });
}

// Rows FROM to TO of tap groups: gradient += (first: =) the sums over blocks of component i of a slice of channels.
template <int FROM, int TO>
void add_rows_of_products1(const Windows<float>* windows, int shares, int i, const float* delta, bool first, float* gradient) {
  Vector sums[TO - FROM][groups1][vectors1];
  auto each_sum = [&](auto&& visit) {
#pragma GCC unroll 3
    for (int row = FROM; row < TO; row++) {
#pragma GCC unroll 3
      for (int column = 0; column < groups1; column++) {
#pragma GCC unroll 2
        for (int v = 0; v < vectors1; v++) {
          visit(sums[row - FROM][column][v], gradient + (row * groups1 + column) * slice1 + v * WIDTH);
        }
      }
    }
  };
  each_sum([&](Vector& sum, const float* at) { sum = first ? broadcast(0) : load(at); });
  for (int share = 0; share < shares; share++) {
    const Step pitch = windows[share].pitch;
    const float* at = windows[share].at + i * groups1 * pitch;
    for (Step b = 0; b < windows[share].blocks; b++, at += block_edge, delta += slice1) {
      Vector d[vectors1];
#pragma GCC unroll 2
      for (int v = 0; v < vectors1; v++) {
        d[v] = load(delta + v * WIDTH);
      }
#pragma GCC unroll 3
      for (int row = FROM; row < TO; row++) {
#pragma GCC unroll 3
        for (int column = 0; column < groups1; column++) {
          const Vector x = broadcast(at[row * pitch + 3 * column]);
#pragma GCC unroll 2
          for (int v = 0; v < vectors1; v++) {
            sums[row - FROM][column][v] = multiply_add(x, d[v], sums[row - FROM][column][v]);
          }
        }
      }
    }
  }
  each_sum([&](Vector sum, float* at) { store(at, sum); });
}

// As many rows of tap groups at a time as there are registers for sums.
inline void add_products1(const Windows<float>* windows, int shares, int i, const float* delta, bool first, float* gradient) {
  if constexpr (REGISTERS == 32) {
    add_rows_of_products1<0, 3>(windows, shares, i, delta, first, gradient);
  } else {
    add_rows_of_products1<0, 2>(windows, shares, i, delta, first, gradient);
    add_rows_of_products1<2, 3>(windows, shares, i, delta, first, gradient);
  }
}

void layer1_weight_gradient(const WinogradGradientRows& rows) {
  const Step a_row = blocks_of(rows.width);
  balanced_pieces(rows.groups * a_row, most_gradient_blocks, [&](Step first, Step blocks) {
    const Step deltas_pitch = component_pitch(blocks, slice1);
    Windows<float> windows[most_groups];
    int shares = 0;
    float* free = rows.scratch;
    shares_of_rows(a_row, first, blocks, [&](int group, Step at, Step count, Step) {
      image_components<Float32Points>(rows.in[group], block_edge * at, count, free);
      windows[shares++] = {free, windows_pitch(count), count};
      free += windows_floats(count);
    });
    float* deltas = free;
    for (Step c = 0; c < channels1; c += slice1) {
      float* gradient = rows.gradient + c / slice1 * components * taps1;
      shares_of_rows(a_row, first, blocks, [&](int group, Step at, Step count, Step before) {
        for (Step b = 0; b < count; b++) {
          for (Step v = 0; v < slice1; v += WIDTH) {
            gradient_block<channels1>(rows.delta[group], block_edge * (at + b) * channels1 + c + v, deltas_pitch,
                                      deltas + (before + b) * slice1 + v);
          }
        }
      });
      add_blocks(deltas + sum_component * deltas_pitch, blocks, slice1, rows.bias_gradient + c);
      for (int i = 0; i < components; i++) {
        add_products1(windows, shares, i, deltas + i * deltas_pitch, rows.first && first == 0, gradient + i * taps1);
      }
    }
  });
}

// visit(group, channel, where its first component is)
template <class Visit>
void each_tap_group(const Visit& visit) {
  for (Step channel = 0; channel < channels1; channel += WIDTH) {
    for (int group = 0; group < groups1 * groups1; group++) {
      visit(group, channel, channel / slice1 * components * taps1 + group * slice1 + channel % slice1);
    }
  }
}

void transform_weights1(const float* weights1, WinogradWeights& to) {
  each_tap_group([&](int group, Step channel, Step at) {
    const float* taps[3][3];
    group_taps(weights1, group, taps);
    store_kernel_components(taps, channel, to.layer1 + at, taps1);
  });
}

void add_weight_gradient1(const float* sums, float* weights1) {
  each_tap_group([&](int group, Step channel, Step at) {
    float* taps[3][3];
    group_taps(weights1, group, taps);
    Winograd::add_kernel_gradient(sums + at, taps1, channel, taps);
  });
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
