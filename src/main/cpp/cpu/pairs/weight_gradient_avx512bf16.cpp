// Gradients of weights and biases.
#include "cpu/pairs/winograd.inl"

#include "cpu/image.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// Few enough pairs that their rows stay in the first-level cache while all weights pass by.
constexpr Step most_pixel_pairs = 96;

// Pairs of blocks that are summed at a time.
constexpr Step most_steps = most_gradient_blocks / 2;
// Its windows in pairs of blocks are [component][group row][position][2].
constexpr Step pairs_pitch(Step steps) { return 2 * windows_pitch(steps); }

// Pairs of blocks of a row.
constexpr Step steps_of(Step width) { return (blocks_of(width) + 1) / 2; }

inline void store_pairs(const __m512 first[window_edge], const __m512 second[window_edge], bf16* to, Step pitch) {
#pragma GCC unroll 6
  for (int i = 0; i < window_edge; i++) {
    _mm512_storeu_si512(to + i * pitch, pair(first[i], second[i]));
  }
}

// The second of a pair is `steps` blocks right of the first, so that only the positions of the first are needed.
void image_component_pairs(const float* const in[image_rows], Step first, Step steps, bf16* to) {
  const Step positions = window_positions(steps), pitch = pairs_pitch(steps);
  const ImageColumns<Bfloat16Points> columns(in, first * block_edge, positions + window_edge - 1 + block_edge * steps);
  for (int y = 0; y < window_edge; y++) {
    for (int group = 0; group < groups1; group++) {
      for (Step x = 0; x < positions; x += lanes) {
        __m512 one[window_edge], two[window_edge];
        columns.windows(group, y, x, one);
        columns.windows(group, y, x + block_edge * steps, two);
        store_pairs(one, two, to + (y * window_edge * groups1 + group) * pitch + 2 * x, groups1 * pitch);
      }
    }
  }
}

// gradient += (first: =) the sums over steps of component i of a slice of channels.
inline void add_products1(const Windows<bf16>* windows, int shares, int i, const bf16* delta, bool first, float* gradient) {
  constexpr int vectors = slice_channels / lanes;
  __m512 sums[groups1 * groups1][vectors];
#pragma GCC unroll 9
  for (int k = 0; k < groups1 * groups1; k++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      sums[k][v] = first ? _mm512_setzero_ps() : _mm512_loadu_ps(gradient + k * slice_channels + v * lanes);
    }
  }
  for (int share = 0; share < shares; share++) {
    const Step pitch = windows[share].pitch;
    const bf16* at = windows[share].at + i * groups1 * pitch;
    for (Step s = 0; s < windows[share].blocks; s++, at += 2 * block_edge, delta += 2 * slice_channels) {
      __m512i d[vectors];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) {
        d[v] = load(delta + v * 2 * lanes);
      }
#pragma GCC unroll 9
      for (int k = 0; k < groups1 * groups1; k++) {
        const __m512i x = broadcast_pair(at + k / groups1 * pitch + k % groups1 * 3 * 2);
#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++) {
          sums[k][v] = dot(x, d[v], sums[k][v]);
        }
      }
    }
  }
#pragma GCC unroll 9
  for (int k = 0; k < groups1 * groups1; k++) {
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) {
      _mm512_storeu_ps(gradient + k * slice_channels + v * lanes, sums[k][v]);
    }
  }
}

// Half of the components of so many pairs of blocks of a row, whose firsts are `step` and seconds `distance` blocks further:
// to[component][pair][channel][2], SLICE channels from `channel` on.
template <int HALF, int CHANNELS, int SLICE>
void half_of_gradient_components(const bf16* const delta[block_edge], Step first, Step step, Step distance, Step channel,
                                 Step pairs, bf16* to, Step pitch) {
  constexpr Step block = block_edge * CHANNELS;
  for (Step s = 0; s < pairs; s++) {
    for (Step c = 0; c < SLICE; c += lanes) {
      gradient_component_pair<HALF, CHANNELS>(delta, (first + s * step) * block + 2 * (channel + c), distance * block,
                                              to + s * 2 * SLICE + 2 * c, pitch);
    }
  }
}

struct Layer2Gradient {
  static constexpr int vectors = channels2 / lanes;
  static constexpr int most = pixels_a_block(vectors);

  template <int K>
  struct Block {
    static void run(const bf16* in, const bf16* delta, Step steps, bool first, float* gradient) {
      accumulate_gradient<K, vectors, 2 * channels1, 2, channels2>(in, delta, steps, first, gradient);
    }
  };

  static constexpr Step bytes(Step steps) {
    return 2 * half_components * (component_pitch(2 * steps, channels1) + component_pitch(2 * steps, channels2));
  }

  template <int HALF>
  static void add_half(const LayerGradientRows& rows, Step first, Step steps) {
    const Step in_pitch = component_pitch(2 * steps, channels1), delta_pitch = component_pitch(2 * steps, channels2);
    bf16* in = static_cast<bf16*>(rows.scratch);
    bf16* deltas = in + half_components * in_pitch;
    shares_of_rows(steps_of(rows.width), first, steps, [&](int group, Step at, Step count, Step before) {
      half_of_input_component_pairs<HALF, channels1>(rows.in[group], 2 * at, 2 * count, in + before * 2 * channels1, in_pitch);
      half_of_gradient_components<HALF, channels2, channels2>(rows.delta[group], 2 * at, 2, 1, 0, count,
                                                              deltas + before * 2 * channels2, delta_pitch);
    });
    for (int i = 0; i < half_components; i++) {
      balanced_pieces(channels1, most, [&](Step k, Step positions) {
        with_constant<most, Block>(positions, in + i * in_pitch + 2 * k, deltas + i * delta_pitch, steps,
                                   rows.first && first == 0,
                                   rows.gradient + (HALF * half_components + i) * component_pitch2 + k * channels2);
      });
    }
  }
};

constexpr Step layer1_bytes(Step blocks) {
  return 4 * (windows_floats(blocks) + components * component_pitch(blocks, slice_channels));
}
constexpr Step layer1_gradient_bytes(Step steps) {
  return 4 * windows_of_groups_floats(steps) + 2 * half_components * component_pitch(2 * steps, slice_channels);
}

// A slice of channels from `channel` on.
template <int HALF>
void add_half_of_gradient1(const ImageGradientRows& rows, const Windows<bf16>* windows, int shares, Step first, Step steps,
                           Step channel, bf16* deltas) {
  const Step pitch = component_pitch(2 * steps, slice_channels);
  shares_of_rows(steps_of(rows.width), first, steps, [&](int group, Step at, Step count, Step before) {
    half_of_gradient_components<HALF, channels1, slice_channels>(rows.delta[group], 2 * at, 1, count, channel, count,
                                                                 deltas + before * 2 * slice_channels, pitch);
  });
  for (int i = 0; i < half_components; i++) {
    const int component = HALF * half_components + i;
    add_products1(windows, shares, component, deltas + i * pitch, rows.first && first == 0,
                  rows.gradient + (channel / slice_channels * components + component) * taps1);
  }
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

void layer3_weight_gradient(const WeightGradient& row) {
  balanced_pieces((row.width + 1) / 2, most_pixel_pairs, [&](Step first, Step steps) {
    for (int t = 0; t < row.tap_rows; t++) {
      accumulate_gradient<kernel3, channels2 / lanes, 2, 1, channels2>(
          row.in[t] + 2 * first, row.delta + first * 2 * channels2, steps, false, row.gradient[t]);
    }
  });
}

void layer2_weight_gradient(const LayerGradientRows& rows) {
  balanced_pieces(rows.groups * steps_of(rows.width), most_steps, [&](Step first, Step steps) {
    Layer2Gradient::add_half<0>(rows, first, steps);
    Layer2Gradient::add_half<1>(rows, first, steps);
  });
}

void add_weight_gradient2(const float* gradient, float* weights2) {
  float* taps[3][3];
  for (int tap = 0; tap < kernel2 * kernel2; tap++) {
    taps[tap / 3][tap % 3] = weights2 + tap * component_weights2;
  }
  for (Step i = 0; i < component_weights2; i += WIDTH) {
    Winograd::add_kernel_gradient(gradient + i, component_pitch2, i, taps);
  }
}

int64_t scratch_bytes(int64_t width) {
  const Step blocks = longest_piece(blocks_of(width), most_blocks);
  const Step steps = longest_piece(most_groups * steps_of(width), most_steps);
  const Step forward = larger(layer1_bytes(blocks), Layer2::bytes(blocks));
  const Step gradients = larger(Layer2Gradient::bytes(steps), layer1_gradient_bytes(steps));
  return larger(larger(forward, Layer2DataGradient::bytes(blocks)), gradients);
}

void layer1_weight_gradient(const ImageGradientRows& rows) {
  const Step a_row = steps_of(rows.width);
  balanced_pieces(rows.groups * a_row, most_steps, [&](Step first, Step steps) {
    Windows<bf16> windows[most_groups];
    int shares = 0;
    bf16* free = static_cast<bf16*>(rows.scratch);
    shares_of_rows(a_row, first, steps, [&](int group, Step at, Step count, Step) {
      image_component_pairs(rows.in[group], 2 * at, count, free);
      windows[shares++] = {free, pairs_pitch(count), count};
      free += components * groups1 * pairs_pitch(count);
    });
    for (Step channel = 0; channel < channels1; channel += slice_channels) {
      add_half_of_gradient1<0>(rows, windows, shares, first, steps, channel, free);
      add_half_of_gradient1<1>(rows, windows, shares, first, steps, channel, free);
    }
  });
}

void add_weight_gradient1(const float* gradient, float* weights1) {
  for (int group = 0; group < groups1 * groups1; group++) {
    float* taps[3][3];
    group_taps(weights1, group, taps);
    for (Step channel = 0; channel < channels1; channel += lanes) {
      const float* sums = gradient + channel / slice_channels * components * taps1 + group * slice_channels;
      Winograd::add_kernel_gradient(sums + channel % slice_channels, taps1, channel, taps);
    }
  }
}

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
