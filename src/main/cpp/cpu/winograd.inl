// Blocks of float32 rows to components and back. Included by rows.inl.

#include "cpu/transforms.inl"

namespace ldct {
namespace cpu {
namespace {

constexpr Step component_pitch(Step blocks, int channels) { return blocks * channels + component_gap; }

using Winograd = Transforms<Float32Points>;

// The upper or lower half of the components of a window, a vector of channels.
template <int CHANNELS, int HALF>
inline void half_of_window_components(const float* const in[window_edge], Step at, Step pitch, float* to) {
  Vector half[3][window_edge];
#pragma GCC unroll 6
  for (int x = 0; x < window_edge; x++) {
    Vector column[window_edge], transformed[3];
#pragma GCC unroll 6
    for (int y = HALF; y < window_edge - 1 + HALF; y++) {
      column[y] = load(in[y] + at + x * CHANNELS);
    }
    Winograd::input<HALF>(column, transformed);
#pragma GCC unroll 3
    for (int y = 0; y < 3; y++) {
      half[y][x] = transformed[y];
    }
  }
#pragma GCC unroll 3
  for (int y = 0; y < 3; y++) {
    Vector transformed[window_edge];
    Winograd::input(half[y], transformed);
#pragma GCC unroll 6
    for (int x = 0; x < window_edge; x++) {
      store(to + (y * window_edge + x) * pitch, transformed[x]);
    }
  }
}

// One half or both of the components of the windows of `blocks` blocks from pixel `first` of the window on:
// to[component][block][channel], components `pitch` floats apart. Half by half of each window, whose rows are then in the
// first-level cache.
template <int CHANNELS, int... HALVES>
void input_components(const float* const in[window_edge], Step first, Step blocks, Step pitch, float* to) {
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      const Step at = (first + block_edge * b) * CHANNELS + c;
      float* half = to + b * CHANNELS + c;
      ((half_of_window_components<CHANNELS, HALVES>(in, at, pitch, half), half += half_components * pitch), ...);
    }
  }
}

// Rows FROM to TO of the components of one block's gradient, a vector of channels of pixels CHANNELS floats apart, to
// components `pitch` floats apart.
template <int CHANNELS, int FROM = 0, int TO = window_edge>
inline void gradient_block(const float* const delta[block_edge], Step at, Step pitch, float* to) {
  Vector half[window_edge][block_edge];
#pragma GCC unroll 4
  for (int x = 0; x < block_edge; x++) {
    Vector column[block_edge], transformed[window_edge];
#pragma GCC unroll 4
    for (int y = 0; y < block_edge; y++) {
      column[y] = load(delta[y] + at + x * CHANNELS);
    }
    Winograd::gradient(column, transformed);
#pragma GCC unroll 6
    for (int y = FROM; y < TO; y++) {
      half[y][x] = transformed[y];
    }
  }
#pragma GCC unroll 6
  for (int y = FROM; y < TO; y++) {
    Vector transformed[window_edge];
    Winograd::gradient(half[y], transformed);
#pragma GCC unroll 6
    for (int x = 0; x < window_edge; x++) {
      store(to + ((y - FROM) * window_edge + x) * pitch, transformed[x]);
    }
  }
}

template <int CHANNELS, int HALF>
void half_of_gradient_components(const float* const delta[block_edge], Step first, Step blocks, Step pitch, float* to) {
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      gradient_block<CHANNELS, 3 * HALF, 3 * HALF + 3>(delta, (first + block_edge * b) * CHANNELS + c, pitch,
                                                       to + b * CHANNELS + c);
    }
  }
}

// The products of one block, a vector of channels from c on, back to pixels from `pixel` on, with the epilogue.
template <int CHANNELS>
inline void store_block(const WinogradRows& rows, const float* products, Step pitch, Step pixel, Step c) {
  const Step left = rows.width - pixel;
  const int columns = left < block_edge ? static_cast<int>(left) : block_edge;
  Vector half[block_edge][window_edge];
#pragma GCC unroll 6
  for (int x = 0; x < window_edge; x++) {
    Vector column[window_edge], transformed[block_edge];
#pragma GCC unroll 6
    for (int y = 0; y < window_edge; y++) {
      column[y] = load(products + (y * window_edge + x) * pitch);
    }
    Winograd::output(column, transformed);
#pragma GCC unroll 4
    for (int y = 0; y < block_edge; y++) {
      half[y][x] = transformed[y];
    }
  }
  const Vector bias = rows.bias ? load(rows.bias + c) : broadcast(0);
#pragma GCC unroll 4
  for (int y = 0; y < block_edge; y++) {
    Vector transformed[block_edge];
    Winograd::output(half[y], transformed);
#pragma GCC unroll 4
    for (int x = 0; x < block_edge; x++) {
      if (x < columns) {
        const Step at = (pixel + x) * CHANNELS + c;
        Vector value = Winograd::scale_back(transformed[x]) + bias;
        if (rows.relu) {
          value = positive_part(value);
        }
        if (rows.gate[y]) {
          value = where_positive(load(rows.gate[y] + at), value);
        }
        store(rows.out[y] + at, value);
      }
    }
  }
}

// The same for a slice of channels of so many blocks.
template <int CHANNELS, int SLICE>
void store_blocks(const WinogradRows& rows, const float* products, Step pitch, Step pixel, Step blocks, Step channel) {
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < SLICE; c += WIDTH) {
      store_block<CHANNELS>(rows, products + b * SLICE + c, pitch, pixel + block_edge * b, channel + c);
    }
  }
}

// sums[c] += the sums over whole blocks of so many channels, from one component of their gradients: the one whose points are 1.
static_assert(Float32Points::inner == 1, "the sum of four pixels is their component at 1");
constexpr int sum_component = window_edge + 1;
inline void add_blocks(const float* component, Step blocks, int channels, float* sums) {
  for (int c = 0; c < channels; c += WIDTH) {
    Vector total = broadcast(0);
    for (Step b = 0; b < blocks; b++) {
      total = total + load(component + b * channels + c);
    }
    store(sums + c, load(sums + c) + total);
  }
}

inline void store_kernel_components(const float* const taps[3][3], Step at, float* to, Step pitch) {
  Vector transformed[components];
  Winograd::kernel_components(taps, at, transformed);
#pragma GCC unroll 36
  for (int i = 0; i < components; i++) {
    store(to + i * pitch, transformed[i]);
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
