// Layer 1's windows: components of the image under its nine groups of taps, by the points of POINTS. The including file
// defines what transforms.inl wants, and load_after<N>(p), N floats after p, best where a whole vector begins.
#pragma once

#include "cpu/transforms.inl"

namespace ldct {
namespace cpu {
namespace {

// Where windows begin that so many blocks of a row read.
constexpr Step window_positions(Step blocks) { return block_edge * (blocks - 1) + 3 * (groups1 - 1) + 1; }
constexpr Step whole_vectors(Step positions) { return (positions + WIDTH - 1) / WIDTH * WIDTH; }

// B^T of the columns of each row of groups.
template <class POINTS>
struct ImageColumns {
  alignas(64) float rows[groups1][window_edge][whole_vectors(window_positions(most_gradient_blocks)) + 2 * WIDTH];

  ImageColumns(const float* const in[image_rows], Step first, Step pixels) {
    for (int group = 0; group < groups1; group++) {
      for (Step x = 0; x < pixels; x += WIDTH) {
        Vector column[window_edge], transformed[window_edge];
#pragma GCC unroll 6
        for (int y = 0; y < window_edge; y++) {
          column[y] = load(in[3 * group + y] + first + x);
        }
        Transforms<POINTS>::input(column, transformed);
#pragma GCC unroll 6
        for (int y = 0; y < window_edge; y++) {
          store(rows[group][y] + x, transformed[y]);
        }
      }
    }
  }

  // Components [y][0..] of the windows from `x` on, one in each lane.
  void windows(int group, int y, Step x, Vector transformed[window_edge]) const {
    const float* at = rows[group][y] + x;
    const Vector row[window_edge] = {load(at),         load_after<1>(at), load_after<2>(at),
                                     load_after<3>(at), load_after<4>(at), load_after<5>(at)};
    Transforms<POINTS>::input(row, transformed);
  }
};

// Floats of the windows of so many blocks, [component][group row][position], and between group rows.
constexpr Step windows_pitch(Step blocks) { return whole_vectors(window_positions(blocks)); }
constexpr Step windows_floats(Step blocks) { return components * groups1 * windows_pitch(blocks); }

// The most of them if the blocks belong to several groups of rows, each of which has its windows.
constexpr Step windows_of_groups_floats(Step blocks) {
  return components * groups1 * (block_edge * blocks + most_groups * (window_positions(0) + WIDTH - 1));
}

// Windows of consecutive blocks (or pairs of blocks) of a row.
template <class T>
struct Windows {
  const T* at;
  Step pitch, blocks;
};

// Components of the windows at every position from pixel `first` on; a block reads those of its nine groups.
template <class POINTS>
void image_components(const float* const in[image_rows], Step first, Step blocks, float* to) {
  const Step positions = window_positions(blocks), pitch = windows_pitch(blocks);
  const ImageColumns<POINTS> columns(in, first, positions + window_edge - 1);
  for (int group = 0; group < groups1; group++) {
    for (int y = 0; y < window_edge; y++) {
      for (Step x = 0; x < positions; x += WIDTH) {
        Vector transformed[window_edge];
        columns.windows(group, y, x, transformed);
#pragma GCC unroll 6
        for (int i = 0; i < window_edge; i++) {
          store(to + ((y * window_edge + i) * groups1 + group) * pitch + x, transformed[i]);
        }
      }
    }
  }
}

// One component of V vectors of channels of P blocks, whose sums are in registers: to out[block][channel].
template <int P, int V>
void image_products(const float* windows, Step pitch, const float* weights, float* out) {
  Vector sums[P][V];
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) {
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) {
      sums[p][v] = broadcast(0);
    }
  }
  for (int group = 0; group < groups1; group++, windows += pitch) {
#pragma GCC unroll 3
    for (int column = 0; column < groups1; column++, weights += V * WIDTH) {
      Vector w[V];
#pragma GCC unroll 2
      for (int v = 0; v < V; v++) {
        w[v] = load(weights + v * WIDTH);
      }
#pragma GCC unroll 16
      for (int p = 0; p < P; p++) {
        const Vector x = broadcast(windows[block_edge * p + 3 * column]);
#pragma GCC unroll 2
        for (int v = 0; v < V; v++) {
          sums[p][v] = multiply_add(x, w[v], sums[p][v]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) {
#pragma GCC unroll 2
    for (int v = 0; v < V; v++) {
      store(out + (p * V + v) * WIDTH, sums[p][v]);
    }
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
