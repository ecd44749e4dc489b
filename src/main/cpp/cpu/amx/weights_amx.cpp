#include "cpu/amx/vectors.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

constexpr int taps2 = kernel2 * kernel2, taps3 = kernel3 * kernel3;

// Writes a tile's row: inner indices 2 * row and 2 * row + 1 of 16 columns.
template <int planes>
LDCT_INLINE void set_row(bf16* tile, int64_t plane_pitch, int row, __m512 even, __m512 odd) {
  Wide rest{even, odd};
  for (int plane = 0; plane < planes; plane++) {
    store(tile + plane * plane_pitch + row * 32, take_interleaved<planes>(rest, plane));
  }
}

// A row of weights or, where the inner dimension was rounded up, zeros.
LDCT_INLINE __m512 load_if(bool there, const float* from) {
  return there ? _mm512_loadu_ps(from) : _mm512_setzero_ps();
}

template <int planes>
void pack_layer1(const float* weights, TileWeights<planes>& to) {
  for (int inner = 0; inner < 96; inner += 2) {
    const int column = inner / strip1, row = inner % strip1;
    const bool there = column < kernel1;
    const float* from = weights + (row * kernel1 + column) * channels1;
    for (int n = 0; n < 4; n++) {
      set_row<planes>(to.layer1[0] + (inner / 32 * 4 + n) * weight_tile, layer1_tiles * weight_tile, inner % 32 / 2,
                      load_if(there, from + n * 16),
                      load_if(there && row + 1 < kernel1, from + kernel1 * channels1 + n * 16));
    }
  }
}

template <int planes>
void pack_layer2(const float* weights, int tap, TileWeights<planes>& to) {
  for (int row = tap * channels1; row < (tap + 1) * channels1; row += 2) {
    const float* from = weights + row * channels2;
    for (int n = 0; n < 2; n++) {
      set_row<planes>(to.layer2[0] + (row / 32 * 2 + n) * weight_tile, layer2_tiles * weight_tile, row % 32 / 2,
                      _mm512_loadu_ps(from + n * 16), _mm512_loadu_ps(from + channels2 + n * 16));
    }
  }
}

template <int planes>
void pack_gradient2(const float* weights, int tap, TileWeights<planes>& to) {
  for (int n = 0; n < 4; n++) {
    for (int half = 0; half < 2; half++) {
      __m512i rows[16];
      for (int i = 0; i < 16; i++) {
        rows[i] = _mm512_loadu_si512(weights + (tap * channels1 + n * 16 + i) * channels2 + half * 16);
      }
      transpose(rows);
      bf16* tile = to.gradient2[0] + ((taps2 - 1 - tap) * 4 + n) * weight_tile;
      for (int i = 0; i < 16; i += 2) {
        set_row<planes>(tile, gradient2_tiles * weight_tile, half * 8 + i / 2, _mm512_castsi512_ps(rows[i]),
                        _mm512_castsi512_ps(rows[i + 1]));
      }
    }
  }
}

template <int planes>
void pack_layer3(const float* turned, TileWeights<planes>& to) {
  for (int column = 0; column < 6; column++) {
    alignas(64) float tile[32][16] = {};
    for (int j = 0; j < 2; j++) {
      const int dx = column - j;
      for (int dy = 0; dx >= 0 && dx < kernel3 && dy < kernel3; dy++) {
        const float* from = turned + (taps3 - 1 - (dy * kernel3 + dx)) * channels2;
        for (int c = 0; c < channels2; c++) {
          tile[c][j * partial_sums + dy] = from[c];
        }
      }
    }
    for (int c = 0; c < channels2; c += 2) {
      set_row<planes>(to.layer3[0] + column * weight_tile, layer3_tiles * weight_tile, c / 2, _mm512_load_ps(tile[c]),
                      _mm512_load_ps(tile[c + 1]));
    }
  }
}

template <int planes>
void pack_gradient3(const float* turned, TileWeights<planes>& to) {
  for (int inner = 0; inner < 32; inner += 2) {
    const int column = inner / strip3, row = inner % strip3;
    const bool there = column < kernel3;
    const float* from = turned + (row * kernel3 + column) * channels2;
    for (int n = 0; n < 2; n++) {
      set_row<planes>(to.gradient3[0] + n * weight_tile, gradient3_tiles * weight_tile, inner / 2,
                      load_if(there, from + n * 16),
                      load_if(there && row + 1 < kernel3, from + kernel3 * channels2 + n * 16));
    }
  }
}

LDCT_INLINE void add(float* to, __m512 values) { _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), values)); }

// 32 channels from the order of pairs to their own.
LDCT_INLINE void add_channels(float* to, const float* from) {
  const __m512 low = _mm512_loadu_ps(from), high = _mm512_loadu_ps(from + 16);
  const __m512i first = _mm512_set_epi32(23, 22, 21, 20, 7, 6, 5, 4, 19, 18, 17, 16, 3, 2, 1, 0);
  const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
  add(to, _mm512_permutex2var_ps(low, first, high));
  add(to + 16, _mm512_permutex2var_ps(low, second, high));
}

void add_all(const TileGradients& tiles, Network& gradient) {
  for (int tap = 0; tap < kernel1 * kernel1; tap++) {
    for (int c = 0; c < channels1; c += 32) {
      add_channels(gradient.weights1 + tap * channels1 + c, tiles.weights1[tap] + c);
    }
  }
  for (int tap = 0; tap < taps3; tap++) {
    add_channels(gradient.turned_weights3 + tap * channels2, tiles.weights3[tap]);
  }
  for (int tap = 0; tap < taps2; tap++) {
    for (int out = 0; out < 2; out++) {
      for (int in = 0; in < 4; in++) {
        __m512i rows[16];
        for (int i = 0; i < 16; i++) {
          rows[i] = _mm512_load_si512(tiles.weights2[tap][out][in] + i * 16);
        }
        transpose(rows);
        for (int i = 0; i < 16; i++) {
          const int channel = in / 2 * 32 + in % 2 * 4 + 8 * (i / 4) + i % 4;
          add(gradient.weights2 + (tap * channels1 + channel) * channels2 + out * 16, _mm512_castsi512_ps(rows[i]));
        }
      }
    }
  }
  for (int c = 0; c < channels1; c += 16) {
    add(gradient.bias1 + c, _mm512_load_ps(tiles.bias1 + c));
  }
  for (int c = 0; c < channels2; c += 16) {
    add(gradient.bias2 + c, _mm512_load_ps(tiles.bias2 + c));
  }
  gradient.bias3[0] += static_cast<float>(tiles.bias3);
}

}  // namespace

// A tap of layer 2, in the order of the parameters: the first brings layer 1 along, the last layer 3.
template <int planes>
void TileKernels<planes>::pack(const Network& network, int tap2, TileWeights<planes>& weights) {
  if (tap2 == 0) {
    pack_layer1(network.weights1, weights);
    __builtin_memcpy(weights.bias1, network.bias1, sizeof weights.bias1);
  }
  pack_layer2(network.weights2, tap2, weights);
  pack_gradient2(network.weights2, tap2, weights);
  if (tap2 == taps2 - 1) {
    pack_layer3(network.turned_weights3, weights);
    pack_gradient3(network.turned_weights3, weights);
    __builtin_memcpy(weights.bias2, network.bias2, sizeof weights.bias2);
    weights.bias3 = network.bias3[0];
  }
}

template <int planes>
void TileKernels<planes>::add_gradients(const TileGradients& tiles, Network& gradient) {
  add_all(tiles, gradient);
}

template void TileKernels<1>::pack(const Network&, int, TileWeights<1>&);
template void TileKernels<1>::add_gradients(const TileGradients&, Network&);
template void TileKernels<2>::pack(const Network&, int, TileWeights<2>&);
template void TileKernels<2>::add_gradients(const TileGradients&, Network&);

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
