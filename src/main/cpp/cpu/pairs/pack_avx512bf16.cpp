// Weights as the kernels read them, and rows of the image.
#include "cpu/pairs/dot.inl"
#include "cpu/transpose.inl"

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// One kernel row: weights [tap][channel], of which tap `first` is the pair's first; taps outside are zero.
inline __m512i tap_pair(const float* weights, int taps, int channels, int first, int channel) {
  auto tap = [&](int i) {
    return i >= 0 && i < taps ? _mm512_loadu_ps(weights + i * channels + channel) : _mm512_setzero_ps();
  };
  return pair(tap(first), tap(first + 1));
}

template <int TAPS, int CHANNELS>
void pack_one_channel(const float* weights, bf16* to) {
  for (int t = 0; t < TAPS; t++) {
    for (int j = 0; j < TAPS; j += 2) {
      for (int c = 0; c < CHANNELS; c += lanes, to += 2 * lanes) {
        _mm512_storeu_si512(to, tap_pair(weights + t * TAPS * CHANNELS, TAPS, CHANNELS, j, c));
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
          _mm512_storeu_si512(to, tap_pair(upright + t * tap_row3, kernel3, channels2, j - pixel, c));
        }
      }
    }
  }
}

// y = G x
inline void transform_kernel(const __m512 x[3], __m512 y[4]) {
  const __m512 half = _mm512_set1_ps(0.5f), outer = _mm512_add_ps(x[0], x[2]);
  y[0] = x[0];
  y[1] = _mm512_mul_ps(_mm512_add_ps(outer, x[1]), half);
  y[2] = _mm512_mul_ps(_mm512_sub_ps(outer, x[1]), half);
  y[3] = x[2];
}

// G g G^T of 16 outputs of one input channel: to[component][channels2]
inline void kernel_components(const float* kernels, float* to) {
  __m512 half[4][3];
  for (int column = 0; column < kernel2; column++) {
    __m512 x[3], y[4];
    for (int row = 0; row < kernel2; row++) {
      x[row] = _mm512_loadu_ps(kernels + (row * kernel2 + column) * component_weights2);
    }
    transform_kernel(x, y);
    for (int row = 0; row < 4; row++) {
      half[row][column] = y[row];
    }
  }
  for (int row = 0; row < 4; row++) {
    __m512 y[4];
    transform_kernel(half[row], y);
    for (int column = 0; column < 4; column++) {
      _mm512_storeu_ps(to + (row * 4 + column) * channels2, y[column]);
    }
  }
}

void pack_layer2(const float* weights2, int64_t piece, Weights& to) {
  constexpr int inputs = channels1 / winograd_pieces;
  static_assert(inputs == lanes && channels2 == 2 * lanes, "a piece is a square of pairs");
  const int64_t first = piece * inputs;
  __m512i turned[components][inputs];  // lane: a pair of outputs
  for (int i = 0; i < inputs; i += 2) {
    float both[2][components * channels2];
    for (int n = 0; n < 2; n++) {
      for (int out = 0; out < channels2; out += lanes) {
        kernel_components(weights2 + (first + i + n) * channels2 + out, both[n] + out);
      }
    }
    for (int c = 0; c < components; c++) {
      __m512 w[2][2];
      for (int n = 0; n < 2; n++) {
        for (int half = 0; half < 2; half++) {
          w[n][half] = _mm512_loadu_ps(both[n] + c * channels2 + half * lanes);
        }
        turned[c][i + n] = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(w[n][1], w[n][0]));
      }
      bf16* forward = to.layer2 + c * component_weights2 + (first + i) * channels2;
      _mm512_storeu_si512(forward, pair(w[0][0], w[1][0]));
      _mm512_storeu_si512(forward + 2 * lanes, pair(w[0][1], w[1][1]));
    }
  }
  for (int row = 0; row < 4; row++) {
    for (int column = 0; column < 4; column++) {
      __m512i* from = turned[turned_component[row] * 4 + turned_component[column]];
      transpose(from);
      bf16* gradient = to.gradient2 + (row * 4 + column) * component_weights2 + 2 * first;
      for (int out = 0; out < channels2 / 2; out++) {
        _mm512_storeu_si512(gradient + out * 2 * channels1, from[out]);
      }
    }
  }
}

}  // namespace

void pack(const Network& network, int64_t piece, Weights& to) {
  pack_layer2(network.weights2, piece, to);
  if (piece == 0) {
    pack_one_channel<kernel1, channels1>(network.weights1, to.layer1);
    pack_one_channel<kernel3, channels2>(network.turned_weights3, to.gradient3);
    pack_layer3(network.turned_weights3, to.layer3);
    __builtin_memcpy(to.bias1, network.bias1, sizeof to.bias1);
    __builtin_memcpy(to.bias2, network.bias2, sizeof to.bias2);
    to.bias3 = network.bias3[0];
  }
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
