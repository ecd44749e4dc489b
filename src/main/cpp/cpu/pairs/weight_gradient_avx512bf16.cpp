// Gradients of weights and biases.
#include "cpu/pairs/winograd.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// Few enough pairs that their rows stay in the first-level cache while all weights pass by.
constexpr Step most_pixel_pairs = 96;

template <int TAPS, int CHANNELS>
struct OneChannelGradient {
  static constexpr int vectors = CHANNELS / lanes;
  static constexpr int most = pixels_a_block(vectors);

  template <int K>
  struct Block {
    static void run(const bf16* in, const bf16* delta, Step steps, float* gradient) {
      accumulate_gradient<K, vectors, 2, 1, CHANNELS>(in, delta, steps, gradient);
    }
  };

  static void run(const WeightGradient& row) {
    balanced_pieces((row.width + 1) / 2, most_pixel_pairs, [&](Step first, Step steps) {
      for (int t = 0; t < row.tap_rows; t++) {
        balanced_pieces(TAPS, most, [&](Step tap, Step taps) {
          with_constant<most, Block>(taps, row.in[t] + 2 * first + tap, row.delta + first * 2 * CHANNELS, steps,
                                     row.gradient[t] + tap * CHANNELS);
        });
      }
    });
  }
};

struct Layer2Gradient {
  static constexpr int vectors = channels2 / lanes;
  static constexpr int most = pixels_a_block(vectors);

  template <int K>
  struct Block {
    static void run(const bf16* in, const bf16* delta, Step steps, float* gradient) {
      accumulate_gradient<K, vectors, 2 * channels1, 2, channels2>(in, delta, steps, gradient);
    }
  };

  static void run(const Blocks& blocks) {
    for (int i = 0; i < components; i++) {
      balanced_pieces(channels1, most, [&](Step k, Step positions) {
        with_constant<most, Block>(positions, blocks.in + i * blocks_in_pitch + 2 * k,
                                   blocks.delta + i * blocks_delta_pitch, blocks.steps,
                                   blocks.gradient + i * component_weights2 + k * channels2);
      });
    }
  }
};

// y = G^T x
inline void transform_kernel_back(const __m512 x[4], __m512 y[3]) {
  const __m512 half = _mm512_set1_ps(0.5f), mean = _mm512_mul_ps(_mm512_add_ps(x[1], x[2]), half);
  y[0] = _mm512_add_ps(x[0], mean);
  y[1] = _mm512_mul_ps(_mm512_sub_ps(x[1], x[2]), half);
  y[2] = _mm512_add_ps(mean, x[3]);
}

template <int CHANNELS>
void add_pixels(const bf16* row, int64_t width, float* sums) {
  constexpr int vectors = CHANNELS / lanes;
  const __m512i ones = _mm512_set1_epi16(0x3f80);
  __m512 totals[vectors];
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) {
    totals[v] = _mm512_loadu_ps(sums + v * lanes);
  }
  for (Step p = 0; p < width; p += 2) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      totals[v] = dot(load(row + p * CHANNELS + v * 2 * lanes), ones, totals[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < vectors; v++) {
    _mm512_storeu_ps(sums + v * lanes, totals[v]);
  }
}

}  // namespace

void layer3_weight_gradient(const WeightGradient& row) { OneChannelGradient<kernel3, channels2>::run(row); }

void layer2_weight_gradient(const WinogradGradient& rows, Blocks& blocks) {
  const Step total = (rows.width + 3) / 4;
  for (Step first = 0; first < total;) {
    const Step room = most_steps - blocks.steps, left = total - first, steps = left < room ? left : room;
    bf16* in = blocks.in + blocks.steps * 2 * channels1;
    input_row_component_pairs<0, channels1>(rows.in, 2 * first, 2 * steps, in, blocks_in_pitch);
    input_row_component_pairs<1, channels1>(rows.in, 2 * first, 2 * steps, in, blocks_in_pitch);
    input_row_component_pairs<2, channels1>(rows.in, 2 * first, 2 * steps, in, blocks_in_pitch);
    input_row_component_pairs<3, channels1>(rows.in, 2 * first, 2 * steps, in, blocks_in_pitch);
    gradient_component_pairs<channels2>(rows.delta, 2 * first, 2 * steps,
                                        blocks.delta + blocks.steps * 2 * channels2, blocks_delta_pitch);
    blocks.steps += steps;
    first += steps;
    if (blocks.steps == most_steps) {
      sum_up(blocks);
    }
  }
}

void sum_up(Blocks& blocks) {
  Layer2Gradient::run(blocks);
  blocks.steps = 0;
}

void add_weight_gradient2(const float* gradient, float* weights2) {
  for (Step i = 0; i < component_weights2; i += lanes) {
    __m512 half[kernel2][4];
    for (int column = 0; column < 4; column++) {
      __m512 x[4], y[kernel2];
      for (int row = 0; row < 4; row++) {
        x[row] = _mm512_loadu_ps(gradient + (row * 4 + column) * component_weights2 + i);
      }
      transform_kernel_back(x, y);
      for (int row = 0; row < kernel2; row++) {
        half[row][column] = y[row];
      }
    }
    for (int row = 0; row < kernel2; row++) {
      __m512 y[kernel2];
      transform_kernel_back(half[row], y);
      for (int column = 0; column < kernel2; column++) {
        float* at = weights2 + (row * kernel2 + column) * component_weights2 + i;
        _mm512_storeu_ps(at, _mm512_add_ps(_mm512_loadu_ps(at), y[column]));
      }
    }
  }
}

void layer1_weight_gradient(const WeightGradient& row) { OneChannelGradient<kernel1, channels1>::run(row); }

void add_pixels1(const bf16* row, int64_t width, float* sums) { add_pixels<channels1>(row, width, sums); }

void add_pixels2(const bf16* row, int64_t width, float* sums) { add_pixels<channels2>(row, width, sums); }

int64_t multiply_adds(int64_t rounds) {
  constexpr int count = 28;
  __m512 total[count];
  const __m512i factor = _mm512_set1_epi16(0x3f00), summand = _mm512_set1_epi16(0x3c00);
  for (int i = 0; i < count; i++) {
    total[i] = _mm512_set1_ps(static_cast<float>(i));
  }
  for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 28
    for (int i = 0; i < count; i++) {
      total[i] = dot(factor, summand, total[i]);
    }
  }
  float seen = 0;
  for (int i = 0; i < count; i++) {
    seen += _mm512_reduce_add_ps(total[i]);
  }
  // The result is used, so that the compiler keeps the work.
  return seen == seen ? rounds * count * lanes * 2 : 0;
}

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
