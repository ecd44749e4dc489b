// The transforms of winograd.h for vectors of channels, by the points of POINTS. The including file defines Vector, WIDTH,
// load, store, broadcast, multiply_add and transpose_square.
#pragma once

#include "cpu/pieces.inl"
#include "cpu/winograd.h"

namespace ldct {
namespace cpu {
namespace {

constexpr Step blocks_of(Step width) { return (width + block_edge - 1) / block_edge; }

// Cuts a group of rows into pieces of blocks: body(first block, blocks).
template <class BODY>
inline void pieces_of_blocks(Step width, const BODY& body) {
  balanced_pieces(blocks_of(width), most_blocks, body);
}

// What a row has in a piece of several rows, one after the other, of which each has `a_row` blocks (or pairs of blocks):
// visit(row, its first block in the piece, blocks, how many blocks of the piece are before them).
template <class VISIT>
inline void shares_of_rows(Step a_row, Step first, Step blocks, const VISIT& visit) {
  for (Step done = 0; done < blocks;) {
    const Step at = (first + done) % a_row, left = blocks - done, count = left < a_row - at ? left : a_row - at;
    visit(static_cast<int>((first + done) / a_row), at, count, done);
    done += count;
  }
}

// With factors that are known when compiling, which are often 1.
inline Vector multiply(float factor, Vector x) { return factor == 1 ? x : broadcast(factor) * x; }
inline Vector multiply_add(float factor, Vector x, Vector y) {
  return factor == 1 ? y + x : multiply_add(broadcast(factor), x, y);
}
inline Vector multiply_subtract(float factor, Vector x, Vector y) {
  return factor == 1 ? y - x : multiply_add(broadcast(-factor), x, y);
}

template <class POINTS>
struct Transforms {
  static constexpr float a = POINTS::inner, a2 = a * a, a3 = a2 * a;
  static constexpr float b = POINTS::outer, b2 = b * b, b3 = b2 * b;
  static constexpr float scale = POINTS::kernel_scale;
  static constexpr float of_zero = scale / (a2 * b2);
  static constexpr float of_inner = scale / (2 * a2 * (a2 - b2)), of_outer = scale / (2 * b2 * (b2 - a2));

  // Half of B^T x: components 0 to 2 (of x[0] to x[4]) or 3 to 5 (of x[1] to x[5]). In halves, a window's components fit
  // the registers.
  template <int HALF>
  static inline void input(const Vector x[window_edge], Vector y[3]) {
    if constexpr (HALF == 0) {
      const Vector even = multiply_subtract(b2, x[2], x[4]), odd = multiply_subtract(b2, x[1], x[3]);
      y[0] = multiply_add(a2 * b2, x[0], multiply_subtract(a2 + b2, x[2], x[4]));
      y[1] = multiply_add(a, odd, even);
      y[2] = multiply_subtract(a, odd, even);
    } else {
      const Vector even = multiply_subtract(a2, x[2], x[4]), odd = multiply_subtract(a2, x[1], x[3]);
      y[0] = multiply_add(b, odd, even);
      y[1] = multiply_subtract(b, odd, even);
      y[2] = multiply_add(a2 * b2, x[1], multiply_subtract(a2 + b2, x[3], x[5]));
    }
  }

  static inline void input(const Vector x[window_edge], Vector y[window_edge]) {
    input<0>(x, y);
    input<1>(x, y + 3);
  }

  // A^T x: back to outputs. Adding x[5] last rounds less.
  static inline void output(const Vector x[window_edge], Vector y[block_edge]) {
    const Vector sum1 = x[1] + x[2], difference1 = x[1] - x[2], sum2 = x[3] + x[4], difference2 = x[3] - x[4];
    y[0] = x[0] + sum1 + sum2;
    y[1] = multiply_add(b, difference2, multiply(a, difference1));
    y[2] = multiply_add(b2, sum2, multiply(a2, sum1));
    y[3] = multiply_add(b3, difference2, multiply(a3, difference1)) + x[5];
  }

  // A x: the output's gradient.
  static inline void gradient(const Vector x[block_edge], Vector y[window_edge]) {
    const Vector even1 = multiply_add(a2, x[2], x[0]), odd1 = multiply_add(a2, x[3], x[1]);
    const Vector even2 = multiply_add(b2, x[2], x[0]), odd2 = multiply_add(b2, x[3], x[1]);
    y[0] = x[0];
    y[1] = multiply_add(a, odd1, even1);
    y[2] = multiply_subtract(a, odd1, even1);
    y[3] = multiply_add(b, odd2, even2);
    y[4] = multiply_subtract(b, odd2, even2);
    y[5] = x[3];
  }

  // kernel_scale G x: the kernel.
  static inline void kernel(const Vector x[3], Vector y[window_edge]) {
    const Vector even1 = multiply_add(of_inner * a2, x[2], multiply(of_inner, x[0])), odd1 = multiply(of_inner * a, x[1]);
    const Vector even2 = multiply_add(of_outer * b2, x[2], multiply(of_outer, x[0])), odd2 = multiply(of_outer * b, x[1]);
    y[0] = multiply(of_zero, x[0]);
    y[1] = even1 + odd1;
    y[2] = even1 - odd1;
    y[3] = even2 + odd2;
    y[4] = even2 - odd2;
    y[5] = multiply(scale, x[2]);
  }

  // kernel_scale G^T x: the kernel's gradient.
  static inline void kernel_back(const Vector x[window_edge], Vector y[3]) {
    const Vector sum1 = x[1] + x[2], difference1 = x[1] - x[2], sum2 = x[3] + x[4], difference2 = x[3] - x[4];
    y[0] = multiply_add(of_zero, x[0], multiply_add(of_inner, sum1, multiply(of_outer, sum2)));
    y[1] = multiply_add(of_inner * a, difference1, multiply(of_outer * b, difference2));
    y[2] = multiply_add(of_outer * b2, sum2, multiply_add(of_inner * a2, sum1, multiply(scale, x[5])));
  }

  // What products of transformed kernels are too large by.
  static inline Vector scale_back(Vector x) { return multiply(1 / (scale * scale), x); }

  // The columns of a vector of 3x3 kernels, of which tap (row, column) is at taps[row][column] + at.
  static inline void kernel_columns(const float* const taps[3][3], Step at, Vector half[window_edge][3]) {
#pragma GCC unroll 3
    for (int column = 0; column < 3; column++) {
      Vector x[3], y[window_edge];
#pragma GCC unroll 3
      for (int row = 0; row < 3; row++) {
        x[row] = load(taps[row][column] + at);
      }
      kernel(x, y);
#pragma GCC unroll 6
      for (int row = 0; row < window_edge; row++) {
        half[row][column] = y[row];
      }
    }
  }

  // Their components.
  static inline void kernel_components(const float* const taps[3][3], Step at, Vector to[components]) {
    Vector half[window_edge][3];
    kernel_columns(taps, at, half);
#pragma GCC unroll 6
    for (int row = 0; row < window_edge; row++) {
      kernel(half[row], to + row * window_edge);
    }
  }

  // The way back: a vector of kernels' gradients, whose components are `pitch` floats apart.
  static inline void kernel_gradient(const float* sums, Step pitch, Vector taps[3][3]) {
    Vector half[3][window_edge];
#pragma GCC unroll 6
    for (int column = 0; column < window_edge; column++) {
      Vector x[window_edge], y[3];
#pragma GCC unroll 6
      for (int row = 0; row < window_edge; row++) {
        x[row] = load(sums + (row * window_edge + column) * pitch);
      }
      kernel_back(x, y);
#pragma GCC unroll 3
      for (int row = 0; row < 3; row++) {
        half[row][column] = y[row];
      }
    }
#pragma GCC unroll 3
    for (int row = 0; row < 3; row++) {
      Vector y[3];
      kernel_back(half[row], y);
#pragma GCC unroll 3
      for (int column = 0; column < 3; column++) {
        taps[row][column] = scale_back(y[column]);
      }
    }
  }

  // Adds it to taps[row][column] + at.
  static inline void add_kernel_gradient(const float* sums, Step pitch, Step at, float* const taps[3][3]) {
    Vector gradient[3][3];
    kernel_gradient(sums, pitch, gradient);
#pragma GCC unroll 3
    for (int row = 0; row < 3; row++) {
#pragma GCC unroll 3
      for (int column = 0; column < 3; column++) {
        float* tap = taps[row][column] + at;
        store(tap, load(tap) + gradient[row][column]);
      }
    }
  }
};

// taps[row][column] of a group of layer 1's weights or gradients [tap row][tap column][channels1].
template <class Float>
void group_taps(Float* weights1, int group, Float* taps[3][3]) {
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) {
      taps[row][column] =
          weights1 + ((3 * (group / groups1) + row) * kernel1 + 3 * (group % groups1) + column) * channels1;
    }
  }
}

// Layer 2's kernels [input][output] for each tap, a square of WIDTH inputs and outputs after the other, so that what is read
// again is in the first-level cache: visit(first input, first output, taps, turned), with taps[row][column] from the first of
// all kernels on, and those of the data gradient turned by half a turn and transposed, [WIDTH outputs][WIDTH inputs].
template <class Visit>
void each_square2(const float* weights2, const Visit& visit) {
  alignas(64) float transposed[kernel2 * kernel2][WIDTH * WIDTH];
  const float *taps[3][3], *turned[3][3];
  for (int tap = 0; tap < kernel2 * kernel2; tap++) {
    taps[tap / 3][tap % 3] = weights2 + tap * component_weights2;
    turned[2 - tap / 3][2 - tap % 3] = transposed[tap];
  }
  for (Step in = 0; in < channels1; in += WIDTH) {
    for (Step out = 0; out < channels2; out += WIDTH) {
      for (int tap = 0; tap < kernel2 * kernel2; tap++) {
        transpose_square(weights2 + tap * component_weights2 + in * channels2 + out, channels2, transposed[tap], WIDTH);
      }
      visit(in, out, taps, turned);
    }
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
