// The row kernels, written once over a vector type. The including file defines, for its
// instruction set: Vector, WIDTH (floats a vector), REGISTERS (vector registers) and the functions
// load, load_after, store, broadcast, multiply_add, positive_part, where_positive (the two about the sign let NaN
// through, so that a diverged run shows), sum and transpose_square (WIDTH x WIDTH floats). Everything
// is in an unnamed namespace: code of two instruction sets must never be merged by the linker.

#include "cpu/kernels.h"
#include "cpu/pieces.inl"
#include "cpu/winograd.h"

namespace ldct {
namespace cpu {
namespace {

// Vectors of channels a block: with P pixels a block holds V * P sums in registers, and needs V
// registers for weights and one for the pixel.
template <int CHANNELS>
struct Block {
  static constexpr int vectors = REGISTERS == 16 ? 2 : (CHANNELS / WIDTH < 4 ? CHANNELS / WIDTH : 4);
  static constexpr int pixels = (REGISTERS - 2 - vectors) / vectors;
};

// P pixels times V vectors of channels of one row.
template <int DEPTH, int STRIDE, int CHANNELS, int P>
void convolve_block(const ConvolutionRow& row, Step pixel, Step channel) {
  constexpr int V = Block<CHANNELS>::vectors;
  Vector sums[P][V];
#pragma GCC unroll 8
  for (int v = 0; v < V; v++) {
    Vector start = row.bias ? load(row.bias + channel + v * WIDTH) : broadcast(0);
#pragma GCC unroll 16
    for (int p = 0; p < P; p++) {
      sums[p][v] = start;
    }
  }
  for (int t = 0; t < row.tap_rows; t++) {
    const float* in = row.in[t] + pixel * STRIDE;
    const float* weights = row.weights[t] + channel;
#pragma GCC unroll 3
    for (int k = 0; k < DEPTH; k++, in++, weights += CHANNELS) {
      // A position must not borrow the pixels that its neighbour broadcast: the compiler would keep
      // more of them than there are registers, and the sums in memory.
      asm("" : "+r"(in), "+r"(weights));
      Vector w[V];
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) {
        w[v] = load(weights + v * WIDTH);
      }
#pragma GCC unroll 16
      for (int p = 0; p < P; p++) {
        Vector x = broadcast(in[p * STRIDE]);
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) {
          sums[p][v] = multiply_add(x, w[v], sums[p][v]);
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      Step at = (pixel + p) * CHANNELS + channel + v * WIDTH;
      Vector value = sums[p][v];
      if (row.relu) {
        value = positive_part(value);
      }
      if (row.gate) {
        value = where_positive(load(row.gate + at), value);
      }
      store(row.out + at, value);
    }
  }
}

template <int DEPTH, int STRIDE, int CHANNELS>
struct Convolution {
  using Shape = Block<CHANNELS>;

  template <int P>
  struct Pixels {
    static void run(const ConvolutionRow& row, Step pixel, Step channel) {
      convolve_block<DEPTH, STRIDE, CHANNELS, P>(row, pixel, channel);
    }
  };

  static void run(const ConvolutionRow& row) {
    for (Step channel = 0; channel < CHANNELS; channel += Shape::vectors * WIDTH) {
      balanced_pieces(row.width, Shape::pixels, [&](Step pixel, Step count) {
        with_constant<Shape::pixels, Pixels>(count, row, pixel, channel);
      });
    }
  }
};

// K consecutive window positions times V vectors of channels, over the pixels [from, to).
template <int STRIDE, int CHANNELS, int K>
void weight_gradient_block(const WeightGradientRow& row, int t, Step k, Step channel, Step from, Step to) {
  constexpr int V = Block<CHANNELS>::vectors;
  Vector sums[K][V];
#pragma GCC unroll 16
  for (int j = 0; j < K; j++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      sums[j][v] = broadcast(0);
    }
  }
  const float* in = row.in[t] + k + from * STRIDE;
  const float* delta = row.delta + channel + from * CHANNELS;
  for (Step p = from; p < to; p++, in += STRIDE, delta += CHANNELS) {
    Vector d[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      d[v] = load(delta + v * WIDTH);
    }
#pragma GCC unroll 16
    for (int j = 0; j < K; j++) {
      Vector x = broadcast(in[j]);
#pragma GCC unroll 8
      for (int v = 0; v < V; v++) {
        sums[j][v] = multiply_add(x, d[v], sums[j][v]);
      }
    }
  }
  float* gradient = row.gradient[t] + k * CHANNELS + channel;
#pragma GCC unroll 16
  for (int j = 0; j < K; j++) {
#pragma GCC unroll 8
    for (int v = 0; v < V; v++) {
      float* at = gradient + j * CHANNELS + v * WIDTH;
      store(at, row.first && from == 0 ? sums[j][v] : load(at) + sums[j][v]);
    }
  }
}

template <int DEPTH, int STRIDE, int CHANNELS>
struct WeightGradient {
  using Shape = Block<CHANNELS>;
  // Few enough pixels that their rows stay in the first-level cache while all weights pass by.
  static constexpr Step chunk = 96;

  template <int K>
  struct Positions {
    static void run(const WeightGradientRow& row, int t, Step k, Step channel, Step from, Step to) {
      weight_gradient_block<STRIDE, CHANNELS, K>(row, t, k, channel, from, to);
    }
  };

  static void run(const WeightGradientRow& row) {
    balanced_pieces(row.width, chunk, [&](Step from, Step count) {
      for (int t = 0; t < row.tap_rows; t++) {
        balanced_pieces(DEPTH, Shape::pixels, [&](Step k, Step positions) {
          for (Step channel = 0; channel < CHANNELS; channel += Shape::vectors * WIDTH) {
            with_constant<Shape::pixels, Positions>(positions, row, t, k, channel, from, from + count);
          }
        });
      }
    });
  }
};

// One output channel: the window of P pixels times the weights, summed over the vector at the end. A pixel is loaded once for
// all outputs that see it.
template <int P>
void dot_block(const ConvolutionRow& row, Step pixel) {
  constexpr int taps = 5, stride = 32;
  Vector sums[P];
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) {
    sums[p] = broadcast(0);
  }
  for (int t = 0; t < row.tap_rows; t++) {
    for (int c = 0; c < stride; c += WIDTH) {
      const float* in = row.in[t] + pixel * stride + c;
      Vector w[taps];
#pragma GCC unroll 5
      for (int tap = 0; tap < taps; tap++) {
        w[tap] = load(row.weights[t] + tap * stride + c);
      }
#pragma GCC unroll 20
      for (int x = 0; x < P + taps - 1; x++) {
        const Vector seen = load(in + x * stride);
#pragma GCC unroll 5
        for (int tap = 0; tap < taps; tap++) {
          if (x - tap >= 0 && x - tap < P) {
            sums[x - tap] = multiply_add(seen, w[tap], sums[x - tap]);
          }
        }
      }
    }
  }
#pragma GCC unroll 16
  for (int p = 0; p < P; p++) {
    row.out[pixel + p] = sum(sums[p]) + row.bias[0];
  }
}

template <int P>
struct DotPixels {
  static void run(const ConvolutionRow& row, Step pixel) { dot_block<P>(row, pixel); }
};

void layer3(const ConvolutionRow& row) {
  balanced_pieces(row.width, 16, [&](Step pixel, Step count) { with_constant<16, DotPixels>(count, row, pixel); });
}

int64_t multiply_adds(int64_t rounds) {
  constexpr int sums = REGISTERS - 4;
  Vector total[sums];
  Vector factor = broadcast(0.999f), summand = broadcast(0.001f);
#pragma GCC unroll 32
  for (int i = 0; i < sums; i++) {
    total[i] = broadcast(static_cast<float>(i));
  }
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 32
    for (int i = 0; i < sums; i++) {
      total[i] = multiply_add(total[i], factor, summand);
    }
  }
  float seen = 0;
#pragma GCC unroll 32
  for (int i = 0; i < sums; i++) {
    seen += sum(total[i]);
  }
  // The result is used, so that the compiler keeps the work.
  return seen == seen ? rounds * sums * WIDTH : 0;
}

}  // namespace
}  // namespace cpu
}  // namespace ldct

#include "cpu/ssim.inl"
#include "cpu/winograd.inl"
#include "cpu/layer1.inl"
#include "cpu/layer2.inl"

namespace ldct {
namespace cpu {
namespace {

int64_t scratch_floats(int64_t width) {
  const Step blocks = longest_piece(blocks_of(width), most_blocks);
  const Step summed = longest_piece(most_groups * blocks_of(width), most_gradient_blocks);
  return larger(larger(layer1_floats(blocks), layer1_gradient_floats(summed)),
                larger(layer2_floats(blocks), layer2_gradient_floats(summed)));
}

void transform_weights(const Network& network, WinogradWeights& to) {
  transform_weights1(network.weights1, to);
  transform_weights2(network.weights2, to);
}

}  // namespace
}  // namespace cpu
}  // namespace ldct

// Defines the table of this instruction set.
#define LDCT_ROW_KERNELS(TABLE, NAME)                                                               \
  namespace ldct {                                                                                  \
  namespace cpu {                                                                                   \
  const Kernels TABLE = {NAME,                                                                      \
                         scratch_floats,                                                            \
                         layer1,                                                                    \
                         layer2<channels1, channels2>,                                              \
                         layer3,                                                                    \
                         Convolution<5, 1, 32>::run,                                                \
                         layer2<channels2, channels1>,                                              \
                         WeightGradient<5, 1, 32>::run,                                             \
                         layer2_weight_gradient,                                                    \
                         layer1_weight_gradient,                                                    \
                         transform_weights,                                                         \
                         add_weight_gradient1,                                                      \
                         add_weight_gradient2,                                                      \
                         mean_ssim,                                                                 \
                         squared_error,                                                             \
                         multiply_adds};                                                            \
  }                                                                                                 \
  }
