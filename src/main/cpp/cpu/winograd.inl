// The transforms of winograd.h, for vectors of channels. Included by rows.inl.

namespace ldct {
namespace cpu {
namespace {

// Cuts a group of rows into pieces of blocks: body(first block, blocks).
template <class BODY>
inline void pieces_of_blocks(Step width, const BODY& body) {
  balanced_pieces((width + block_edge - 1) / block_edge, most_blocks, body);
}

inline Step component_pitch(Step blocks, int channels) { return blocks * channels + component_gap; }

// Half of B^T x: components 0 to 2 (of x[0] to x[4]) or 3 to 5 (of x[1] to x[5]). In halves, a window's components fit the
// registers.
template <int HALF>
inline void transform_input(const Vector x[window_edge], Vector y[3]) {
  if constexpr (HALF == 0) {
    const Vector minus4 = broadcast(-4);
    const Vector even = multiply_add(minus4, x[2], x[4]), odd = multiply_add(minus4, x[1], x[3]);
    y[0] = multiply_add(broadcast(4), x[0], multiply_add(broadcast(-5), x[2], x[4]));
    y[1] = even + odd;
    y[2] = even - odd;
  } else {
    const Vector even = x[4] - x[2], odd = x[3] - x[1];
    y[0] = multiply_add(broadcast(2), odd, even);
    y[1] = multiply_add(broadcast(-2), odd, even);
    y[2] = multiply_add(broadcast(4), x[1], multiply_add(broadcast(-5), x[3], x[5]));
  }
}

inline void transform_input(const Vector x[window_edge], Vector y[window_edge]) {
  transform_input<0>(x, y);
  transform_input<1>(x, y + 3);
}

// A^T x: back to outputs.
inline void transform_output(const Vector x[window_edge], Vector y[block_edge]) {
  const Vector sum1 = x[1] + x[2], difference1 = x[1] - x[2], sum2 = x[3] + x[4], difference2 = x[3] - x[4];
  y[0] = x[0] + sum1 + sum2;
  y[1] = multiply_add(broadcast(2), difference2, difference1);
  y[2] = multiply_add(broadcast(4), sum2, sum1);
  y[3] = multiply_add(broadcast(8), difference2, difference1) + x[5];
}

// A x: the output's gradient.
inline void transform_gradient(const Vector x[block_edge], Vector y[window_edge]) {
  const Vector even = x[0] + x[2], odd = x[1] + x[3];
  const Vector even2 = multiply_add(broadcast(4), x[2], x[0]), odd2 = multiply_add(broadcast(4), x[3], x[1]);
  y[0] = x[0];
  y[1] = even + odd;
  y[2] = even - odd;
  y[3] = multiply_add(broadcast(2), odd2, even2);
  y[4] = multiply_add(broadcast(-2), odd2, even2);
  y[5] = x[3];
}

// 24 G x: the kernel.
inline void transform_kernel(const Vector x[3], Vector y[window_edge]) {
  const Vector minus4 = broadcast(-4), outer = x[0] + x[2], outer2 = multiply_add(broadcast(4), x[2], x[0]);
  y[0] = broadcast(6) * x[0];
  y[1] = minus4 * (outer + x[1]);
  y[2] = minus4 * (outer - x[1]);
  y[3] = multiply_add(broadcast(2), x[1], outer2);
  y[4] = multiply_add(broadcast(-2), x[1], outer2);
  y[5] = broadcast(24) * x[2];
}

// 24 G^T x: the kernel's gradient.
inline void transform_kernel_back(const Vector x[window_edge], Vector y[3]) {
  const Vector sum1 = x[1] + x[2], difference1 = x[1] - x[2], sum2 = x[3] + x[4], difference2 = x[3] - x[4];
  const Vector minus4 = broadcast(-4);
  y[0] = multiply_add(broadcast(6), x[0], multiply_add(minus4, sum1, sum2));
  y[1] = multiply_add(minus4, difference1, broadcast(2) * difference2);
  y[2] = multiply_add(broadcast(4), sum2, multiply_add(minus4, sum1, broadcast(24) * x[5]));
}

// What products of transformed kernels are too large by.
inline Vector scale_back(Vector x) { return x * broadcast(1.0f / (24 * 24)); }

template <int CHANNELS, int HALF>
inline void half_of_input_components(const float* const in[window_edge], Step at, Step pitch, float* to) {
  Vector half[3][window_edge];
#pragma GCC unroll 6
  for (int x = 0; x < window_edge; x++) {
    Vector column[window_edge], transformed[3];
#pragma GCC unroll 6
    for (int y = HALF; y < window_edge - 1 + HALF; y++) {
      column[y] = load(in[y] + at + x * CHANNELS);
    }
    transform_input<HALF>(column, transformed);
#pragma GCC unroll 3
    for (int y = 0; y < 3; y++) {
      half[y][x] = transformed[y];
    }
  }
#pragma GCC unroll 3
  for (int y = 0; y < 3; y++) {
    Vector transformed[window_edge];
    transform_input(half[y], transformed);
#pragma GCC unroll 6
    for (int x = 0; x < window_edge; x++) {
      store(to + ((3 * HALF + y) * window_edge + x) * pitch, transformed[x]);
    }
  }
}

// The windows of `blocks` blocks from pixel `first` of the window on: to[component][block][channel].
template <int CHANNELS>
void input_components(const float* const in[window_edge], Step first, Step blocks, float* to) {
  const Step pitch = component_pitch(blocks, CHANNELS);
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      const Step at = (first + block_edge * b) * CHANNELS + c;
      half_of_input_components<CHANNELS, 0>(in, at, pitch, to + b * CHANNELS + c);
      half_of_input_components<CHANNELS, 1>(in, at, pitch, to + b * CHANNELS + c);
    }
  }
}

// One block's gradient, a vector of channels of pixels CHANNELS floats apart, to components `pitch` floats apart.
template <int CHANNELS>
inline void gradient_block(const float* const delta[block_edge], Step at, Step pitch, float* to) {
  Vector half[window_edge][block_edge];
#pragma GCC unroll 4
  for (int x = 0; x < block_edge; x++) {
    Vector column[block_edge], transformed[window_edge];
#pragma GCC unroll 4
    for (int y = 0; y < block_edge; y++) {
      column[y] = load(delta[y] + at + x * CHANNELS);
    }
    transform_gradient(column, transformed);
#pragma GCC unroll 6
    for (int y = 0; y < window_edge; y++) {
      half[y][x] = transformed[y];
    }
  }
#pragma GCC unroll 6
  for (int y = 0; y < window_edge; y++) {
    Vector transformed[window_edge];
    transform_gradient(half[y], transformed);
#pragma GCC unroll 6
    for (int x = 0; x < window_edge; x++) {
      store(to + (y * window_edge + x) * pitch, transformed[x]);
    }
  }
}

template <int CHANNELS>
void gradient_components(const float* const delta[block_edge], Step first, Step blocks, float* to) {
  const Step pitch = component_pitch(blocks, CHANNELS);
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      gradient_block<CHANNELS>(delta, (first + block_edge * b) * CHANNELS + c, pitch, to + b * CHANNELS + c);
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
    transform_output(column, transformed);
#pragma GCC unroll 4
    for (int y = 0; y < block_edge; y++) {
      half[y][x] = transformed[y];
    }
  }
  const Vector bias = rows.bias ? load(rows.bias + c) : broadcast(0);
#pragma GCC unroll 4
  for (int y = 0; y < block_edge; y++) {
    Vector transformed[block_edge];
    transform_output(half[y], transformed);
#pragma GCC unroll 4
    for (int x = 0; x < block_edge; x++) {
      if (x < columns) {
        const Step at = (pixel + x) * CHANNELS + c;
        Vector value = scale_back(transformed[x]) + bias;
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

template <int CHANNELS>
void store_outputs(const WinogradRows& rows, const float* products, Step first, Step blocks) {
  const Step pitch = component_pitch(blocks, CHANNELS);
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      store_block<CHANNELS>(rows, products + b * CHANNELS + c, pitch, first + block_edge * b, c);
    }
  }
}

// A vector of 3x3 kernels, of which tap (row, column) is at taps[row][column] + at, to components `pitch` floats apart.
inline void kernel_components(const float* const taps[3][3], Step at, float* to, Step pitch) {
  Vector half[window_edge][3];
#pragma GCC unroll 3
  for (int column = 0; column < 3; column++) {
    Vector x[3], y[window_edge];
#pragma GCC unroll 3
    for (int row = 0; row < 3; row++) {
      x[row] = load(taps[row][column] + at);
    }
    transform_kernel(x, y);
#pragma GCC unroll 6
    for (int row = 0; row < window_edge; row++) {
      half[row][column] = y[row];
    }
  }
#pragma GCC unroll 6
  for (int row = 0; row < window_edge; row++) {
    Vector y[window_edge];
    transform_kernel(half[row], y);
#pragma GCC unroll 6
    for (int column = 0; column < window_edge; column++) {
      store(to + (row * window_edge + column) * pitch, y[column]);
    }
  }
}

// The way back: adds the kernels' gradients to their taps.
inline void add_kernel_gradient(const float* sums, Step pitch, Step at, float* const taps[3][3]) {
  Vector half[3][window_edge];
#pragma GCC unroll 6
  for (int column = 0; column < window_edge; column++) {
    Vector x[window_edge], y[3];
#pragma GCC unroll 6
    for (int row = 0; row < window_edge; row++) {
      x[row] = load(sums + (row * window_edge + column) * pitch);
    }
    transform_kernel_back(x, y);
#pragma GCC unroll 3
    for (int row = 0; row < 3; row++) {
      half[row][column] = y[row];
    }
  }
#pragma GCC unroll 3
  for (int row = 0; row < 3; row++) {
    Vector y[3];
    transform_kernel_back(half[row], y);
#pragma GCC unroll 3
    for (int column = 0; column < 3; column++) {
      float* tap = taps[row][column] + at;
      store(tap, load(tap) + scale_back(y[column]));
    }
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
