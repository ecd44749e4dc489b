// Weights as the kernels read them, and rows of the image.
#include "cpu/pairs/winograd.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// One kernel row of layer 3, [tap][channel], of which tap `first` is the pair's first; taps outside are zero.
inline __m512i tap_pair(const float* row, int first, int channel) {
  auto tap = [&](int i) {
    return i >= 0 && i < kernel3 ? _mm512_loadu_ps(row + i * channels2 + channel) : _mm512_setzero_ps();
  };
  return pair(tap(first), tap(first + 1));
}

void pack_gradient3(const float* turned, bf16* to) {
  for (int t = 0; t < kernel3; t++) {
    for (int j = 0; j < kernel3; j += 2) {
      for (int c = 0; c < channels2; c += lanes, to += 2 * lanes) {
        _mm512_storeu_si512(to, tap_pair(turned + t * tap_row3, j, c));
      }
    }
  }
}

// The second pixel of a pair is one tap further to the left.
void pack_layer3(const float* turned, bf16* to) {
  float upright[kernel3 * kernel3 * channels2];
  for (int tap = 0; tap < kernel3 * kernel3; tap++) {
    __builtin_memcpy(upright + tap * channels2, turned + (kernel3 * kernel3 - 1 - tap) * channels2,
                     channels2 * sizeof(float));
  }
  for (int t = 0; t < kernel3; t++) {
    for (int j = 0; j < kernel3; j += 2) {
      for (int pixel = 0; pixel < 2; pixel++) {
        for (int c = 0; c < channels2; c += lanes, to += 2 * lanes) {
          _mm512_storeu_si512(to, tap_pair(upright + t * tap_row3, j - pixel, c));
        }
      }
    }
  }
}

void pack_layer1(const float* weights1, float* to) {
  for (int group = 0; group < groups1 * groups1; group++) {
    const float* taps[3][3];
    group_taps(weights1, group, taps);
    for (Step channel = 0; channel < channels1; channel += lanes) {
      __m512 transformed[components];
      Winograd::kernel_components(taps, channel, transformed);
      float* first = to + channel / slice_channels * components * taps1 + group * slice_channels + channel % slice_channels;
      for (int i = 0; i < components; i++) {
        _mm512_storeu_ps(first + i * taps1, transformed[i]);
      }
    }
  }
}

// Components of two kernels a vector, in pairs: to[component]. Row by row, so that few are alive.
inline void kernel_component_pairs(const float* const taps[3][3], Step first, Step second, bf16* to) {
  __m512 one[window_edge][3], two[window_edge][3];
  Winograd::kernel_columns(taps, first, one);
  Winograd::kernel_columns(taps, second, two);
#pragma GCC unroll 6
  for (int y = 0; y < window_edge; y++) {
    __m512 row_one[window_edge], row_two[window_edge];
    Winograd::kernel(one[y], row_one);
    Winograd::kernel(two[y], row_two);
#pragma GCC unroll 6
    for (int x = 0; x < window_edge; x++) {
      _mm512_storeu_si512(to + (y * window_edge + x) * packed_component2, pair(row_one[x], row_two[x]));
    }
  }
}

void pack_layer2(const float* weights2, Weights& to) {
  each_square2(weights2, [&](Step in, Step out, const auto& taps, const auto& turned) {
    for (Step i = 0; i < lanes; i += 2) {
      const Step at = (in + i) * channels2;
      kernel_component_pairs(taps, at + out, at + channels2 + out, to.layer2 + at + 2 * out);
    }
    for (Step o = 0; o < lanes; o += 2) {
      kernel_component_pairs(turned, o * lanes, (o + 1) * lanes, to.gradient2 + (out + o) * channels1 + 2 * in);
    }
  });
}

}  // namespace

void pack(const Network& network, Weights& to) {
  pack_layer1(network.weights1, to.layer1);
  pack_layer2(network.weights2, to);
  pack_layer3(network.turned_weights3, to.layer3);
  pack_gradient3(network.turned_weights3, to.gradient3);
  __builtin_memcpy(to.bias1, network.bias1, sizeof to.bias1);
  __builtin_memcpy(to.bias2, network.bias2, sizeof to.bias2);
  to.bias3 = network.bias3[0];
}

void round_row(const float* row, int64_t width, bf16* out) {
  for (Step i = 0; i < width; i += lanes) {
    const Step left = width - i;
    const __mmask16 mask = static_cast<__mmask16>(left < lanes ? (1 << left) - 1 : 0xffff);
    const __m256i rounded = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, row + i)));
    _mm256_mask_storeu_epi16(out + i, mask, rounded);
  }
}

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
