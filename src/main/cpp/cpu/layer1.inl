// Layer 1's kernels: four rows at a time by winograd.h, its 81 taps as 3x3 groups of 3x3. Included by rows.inl.

#include "cpu/image.inl"

namespace ldct {
namespace cpu {
namespace {

// Windows, and a vector of channels of all components, which takes the first-level cache.
constexpr Step layer1_floats(Step blocks) { return windows_floats(blocks) + components * component_pitch(blocks, WIDTH); }
constexpr Step layer1_gradient_floats(Step blocks) {
  return most_groups * windows_floats(blocks) + components * component_pitch(blocks, WIDTH);
}

// Weights and their gradients: [channels1 / WIDTH][component][group row][group column][WIDTH].
constexpr Step taps1 = groups1 * groups1 * WIDTH;

// One component of a vector of channels of BLOCKS blocks.
constexpr int most_products1 = REGISTERS == 32 ? 16 : 8;
template <int BLOCKS>
struct Products1 {
  static void run(const float* windows, Step pitch, const float* weights, float* out) {
    image_products<BLOCKS, 1>(windows, pitch, weights, out);
  }
};

void layer1(const WinogradRows& rows) {
  pieces_of_blocks(rows.width, [&](Step first, Step blocks) {
    const Step pitch = windows_pitch(blocks), products_pitch = component_pitch(blocks, WIDTH);
    float* windows = rows.scratch;
    float* products = rows.scratch + windows_floats(blocks);
    image_components<Float32Points>(rows.in, block_edge * first, blocks, windows);
    for (Step c = 0; c < channels1; c += WIDTH) {
      const float* weights = rows.weights + c / WIDTH * components * taps1;
      for (int i = 0; i < components; i++) {
        balanced_pieces(blocks, most_products1, [&](Step b, Step count) {
          with_constant<most_products1, Products1>(count, windows + i * groups1 * pitch + block_edge * b, pitch,
                                                   weights + i * taps1, products + i * products_pitch + b * WIDTH);
        });
      }
      for (Step b = 0; b < blocks; b++) {
        store_block<channels1>(rows, products + b * WIDTH, products_pitch, block_edge * (first + b), c);
      }
    }
  });
}

// gradient += (first: =) the sums over blocks of component i of a vector of channels.
inline void add_products1(const Windows<float>* windows, int shares, int i, const float* delta, bool first, float* gradient) {
  Vector sums[groups1][groups1];
#pragma GCC unroll 3
  for (int row = 0; row < groups1; row++) {
#pragma GCC unroll 3
    for (int column = 0; column < groups1; column++) {
      sums[row][column] = first ? broadcast(0) : load(gradient + (row * groups1 + column) * WIDTH);
    }
  }
  for (int share = 0; share < shares; share++) {
    const Step pitch = windows[share].pitch;
    const float* at = windows[share].at + i * groups1 * pitch;
    for (Step b = 0; b < windows[share].blocks; b++, at += block_edge, delta += WIDTH) {
      const Vector d = load(delta);
#pragma GCC unroll 3
      for (int row = 0; row < groups1; row++) {
#pragma GCC unroll 3
        for (int column = 0; column < groups1; column++) {
          sums[row][column] = multiply_add(broadcast(at[row * pitch + 3 * column]), d, sums[row][column]);
        }
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
  const Step a_row = blocks_of(rows.width);
  balanced_pieces(rows.groups * a_row, most_gradient_blocks, [&](Step first, Step blocks) {
    const Step deltas_pitch = component_pitch(blocks, WIDTH);
    Windows<float> windows[most_groups];
    int shares = 0;
    float* free = rows.scratch;
    shares_of_rows(a_row, first, blocks, [&](int group, Step at, Step count, Step) {
      image_components<Float32Points>(rows.in[group], block_edge * at, count, free);
      windows[shares++] = {free, windows_pitch(count), count};
      free += windows_floats(count);
    });
    float* deltas = free;
    for (Step c = 0; c < channels1; c += WIDTH) {
      float* gradient = rows.gradient + c / WIDTH * components * taps1;
      shares_of_rows(a_row, first, blocks, [&](int group, Step at, Step count, Step before) {
        for (Step b = 0; b < count; b++) {
          gradient_block<channels1>(rows.delta[group], block_edge * (at + b) * channels1 + c, deltas_pitch,
                                    deltas + (before + b) * WIDTH);
        }
      });
      add_blocks(deltas + sum_component * deltas_pitch, blocks, WIDTH, rows.bias_gradient + c);
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
      visit(group, channel, channel / WIDTH * components * taps1 + group * WIDTH);
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
