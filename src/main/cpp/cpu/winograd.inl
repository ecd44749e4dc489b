// Layer 2's kernels: two rows at a time by Winograd's F(2x2, 3x3), see winograd.h. Included by rows.inl.

namespace ldct {
namespace cpu {
namespace {

inline Step component_pitch(Step blocks, int channels) { return blocks * channels + component_gap; }

// B^T x: what the input's rows and columns become.
inline void transform_input(const Vector x[4], Vector y[4]) {
  y[0] = x[0] - x[2];
  y[1] = x[1] + x[2];
  y[2] = x[2] - x[1];
  y[3] = x[3] - x[1];
}

// A^T x: back to outputs.
inline void transform_output(const Vector x[4], Vector y[2]) {
  y[0] = x[0] + x[1] + x[2];
  y[1] = x[1] - x[2] + x[3];
}

// A x: the output's gradient.
inline void transform_gradient(const Vector x[2], Vector y[4]) {
  y[0] = x[0];
  y[1] = x[0] + x[1];
  y[2] = x[0] - x[1];
  y[3] = x[1];
}

// The 4x4 windows of `blocks` blocks from pixel `first` of the window on: to[component][block][channel].
template <int CHANNELS>
void input_components(const float* const in[4], Step first, Step blocks, float* to) {
  const Step pitch = component_pitch(blocks, CHANNELS);
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      Vector half[4][4];
#pragma GCC unroll 4
      for (int x = 0; x < 4; x++) {
        Vector column[4], transformed[4];
#pragma GCC unroll 4
        for (int y = 0; y < 4; y++) {
          column[y] = load(in[y] + (first + 2 * b + x) * CHANNELS + c);
        }
        transform_input(column, transformed);
#pragma GCC unroll 4
        for (int y = 0; y < 4; y++) {
          half[y][x] = transformed[y];
        }
      }
#pragma GCC unroll 4
      for (int y = 0; y < 4; y++) {
        Vector transformed[4];
        transform_input(half[y], transformed);
#pragma GCC unroll 4
        for (int x = 0; x < 4; x++) {
          store(to + (y * 4 + x) * pitch + b * CHANNELS + c, transformed[x]);
        }
      }
    }
  }
}

template <int CHANNELS>
void gradient_components(const float* const delta[2], Step first, Step blocks, float* to) {
  const Step pitch = component_pitch(blocks, CHANNELS);
  for (Step b = 0; b < blocks; b++) {
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      Vector half[4][2];
#pragma GCC unroll 2
      for (int x = 0; x < 2; x++) {
        Vector column[2], transformed[4];
#pragma GCC unroll 2
        for (int y = 0; y < 2; y++) {
          column[y] = load(delta[y] + (first + 2 * b + x) * CHANNELS + c);
        }
        transform_gradient(column, transformed);
#pragma GCC unroll 4
        for (int y = 0; y < 4; y++) {
          half[y][x] = transformed[y];
        }
      }
#pragma GCC unroll 4
      for (int y = 0; y < 4; y++) {
        Vector transformed[4];
        transform_gradient(half[y], transformed);
#pragma GCC unroll 4
        for (int x = 0; x < 4; x++) {
          store(to + (y * 4 + x) * pitch + b * CHANNELS + c, transformed[x]);
        }
      }
    }
  }
}

// Products back to pixels, with the epilogue.
template <int CHANNELS>
void store_outputs(const WinogradRows& rows, const float* products, Step first, Step blocks) {
  const Step pitch = component_pitch(blocks, CHANNELS);
  for (Step b = 0; b < blocks; b++) {
    const Step pixel = first + 2 * b;
    const int columns = pixel + 1 < rows.width ? 2 : 1;
    for (Step c = 0; c < CHANNELS; c += WIDTH) {
      Vector half[2][4];
#pragma GCC unroll 4
      for (int x = 0; x < 4; x++) {
        Vector column[4], transformed[2];
#pragma GCC unroll 4
        for (int y = 0; y < 4; y++) {
          column[y] = load(products + (y * 4 + x) * pitch + b * CHANNELS + c);
        }
        transform_output(column, transformed);
        half[0][x] = transformed[0];
        half[1][x] = transformed[1];
      }
      const Vector bias = rows.bias ? load(rows.bias + c) : broadcast(0);
#pragma GCC unroll 2
      for (int y = 0; y < 2; y++) {
        Vector transformed[2];
        transform_output(half[y], transformed);
        for (int x = 0; x < columns; x++) {
          const Step at = (pixel + x) * CHANNELS + c;
          Vector value = transformed[x] + bias;
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
}

template <int INPUTS, int OUTPUTS>
void winograd(const WinogradRows& rows) {
  balanced_pieces((rows.width + 1) / 2, most_blocks, [&](Step first, Step blocks) {
    const Step in_pitch = component_pitch(blocks, INPUTS), out_pitch = component_pitch(blocks, OUTPUTS);
    float* products = rows.scratch + components * in_pitch;
    input_components<INPUTS>(rows.in, 2 * first, blocks, rows.scratch);
    for (int i = 0; i < components; i++) {
      ConvolutionRow product{};
      product.tap_rows = 1;
      product.in[0] = rows.scratch + i * in_pitch;
      product.weights[0] = rows.weights + i * INPUTS * OUTPUTS;
      product.width = blocks;
      product.out = products + i * out_pitch;
      Convolution<INPUTS, INPUTS, OUTPUTS>::run(product);
    }
    store_outputs<OUTPUTS>(rows, products, 2 * first, blocks);
  });
}

template <int INPUTS, int OUTPUTS>
void winograd_weight_gradient(const WinogradGradientRows& rows) {
  balanced_pieces((rows.width + 1) / 2, most_blocks, [&](Step first, Step blocks) {
    const Step in_pitch = component_pitch(blocks, INPUTS), delta_pitch = component_pitch(blocks, OUTPUTS);
    float* deltas = rows.scratch + components * in_pitch;
    input_components<INPUTS>(rows.in, 2 * first, blocks, rows.scratch);
    gradient_components<OUTPUTS>(rows.delta, 2 * first, blocks, deltas);
    for (int i = 0; i < components; i++) {
      WeightGradientRow product{};
      product.tap_rows = 1;
      product.in[0] = rows.scratch + i * in_pitch;
      product.gradient[0] = rows.gradient + i * INPUTS * OUTPUTS;
      product.delta = deltas + i * delta_pitch;
      product.width = blocks;
      WeightGradient<INPUTS, INPUTS, OUTPUTS>::run(product);
    }
  });
}

// G x: the kernel.
inline void transform_kernel(const Vector x[3], Vector y[4]) {
  const Vector half = broadcast(0.5f), outer = x[0] + x[2];
  y[0] = x[0];
  y[1] = (outer + x[1]) * half;
  y[2] = (outer - x[1]) * half;
  y[3] = x[2];
}

void transform_weights(const float* weights2, int64_t piece, WinogradWeights& to) {
  constexpr int inputs = channels1 / winograd_pieces;
  const Step first = piece * inputs;
  const float* kernels = weights2 + first * channels2;
  float* forward = to.forward + first * channels2;
  for (Step i = 0; i < inputs * channels2; i += WIDTH) {
    Vector half[4][kernel2];
#pragma GCC unroll 3
    for (int column = 0; column < kernel2; column++) {
      Vector x[kernel2], y[4];
#pragma GCC unroll 3
      for (int row = 0; row < kernel2; row++) {
        x[row] = load(kernels + (row * kernel2 + column) * component_weights2 + i);
      }
      transform_kernel(x, y);
#pragma GCC unroll 4
      for (int row = 0; row < 4; row++) {
        half[row][column] = y[row];
      }
    }
#pragma GCC unroll 4
    for (int row = 0; row < 4; row++) {
      Vector y[4];
      transform_kernel(half[row], y);
#pragma GCC unroll 4
      for (int column = 0; column < 4; column++) {
        store(forward + (row * 4 + column) * component_weights2 + i, y[column]);
      }
    }
  }
  for (int row = 0; row < 4; row++) {
    for (int column = 0; column < 4; column++) {
      const float* from = forward + (turned_component[row] * 4 + turned_component[column]) * component_weights2;
      float* turned = to.data_gradient + (row * 4 + column) * component_weights2 + first;
      for (int out = 0; out < channels2; out++) {
        for (int in = 0; in < inputs; in++) {
          turned[out * channels1 + in] = from[in * channels2 + out];
        }
      }
    }
  }
}

// G^T x
inline void transform_kernel_back(const Vector x[4], Vector y[3]) {
  const Vector half = broadcast(0.5f), mean = (x[1] + x[2]) * half;
  y[0] = x[0] + mean;
  y[1] = (x[1] - x[2]) * half;
  y[2] = mean + x[3];
}

void add_weight_gradient(const float* sums, float* weights2) {
  for (Step i = 0; i < component_weights2; i += WIDTH) {
    Vector half[kernel2][4];
#pragma GCC unroll 4
    for (int column = 0; column < 4; column++) {
      Vector x[4], y[kernel2];
#pragma GCC unroll 4
      for (int row = 0; row < 4; row++) {
        x[row] = load(sums + (row * 4 + column) * component_weights2 + i);
      }
      transform_kernel_back(x, y);
#pragma GCC unroll 3
      for (int row = 0; row < kernel2; row++) {
        half[row][column] = y[row];
      }
    }
#pragma GCC unroll 3
    for (int row = 0; row < kernel2; row++) {
      Vector y[kernel2];
      transform_kernel_back(half[row], y);
#pragma GCC unroll 3
      for (int column = 0; column < kernel2; column++) {
        float* at = weights2 + (row * kernel2 + column) * component_weights2 + i;
        store(at, load(at) + y[column]);
      }
    }
  }
}

}  // namespace
}  // namespace cpu
}  // namespace ldct
