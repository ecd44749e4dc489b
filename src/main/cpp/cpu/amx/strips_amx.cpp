#include <cstring>

#include "cpu/amx/vectors.h"

namespace ldct {
namespace cpu {
namespace amx {
namespace {

// Where lane 16 * j + i of `pairs` interleaved vectors comes from.
template <int pairs>
struct Interleaving {
  alignas(64) int32_t lane[pairs][16];
  __mmask16 from[pairs][pairs];
  constexpr Interleaving() : lane{}, from{} {
    for (int at = 0; at < 16 * pairs; at++) {
      lane[at / 16][at % 16] = at / pairs;
      from[at / 16][at % pairs] = static_cast<__mmask16>(from[at / 16][at % pairs] | (1 << (at % 16)));
    }
  }
};

template <int planes, int taps>
void strip(const StripRow& row) {
  constexpr int pairs = (taps + 1) / 2;
  static constexpr Interleaving<pairs> order;
  for (int64_t x = 0; x < row.pixels; x += 16) {
    Wide rest[pairs];
    for (int p = 0; p < pairs; p++) {
      auto load = [&](int t) {
        return t < taps && row.rows[t] ? _mm512_loadu_ps(row.rows[t] + x) : _mm512_setzero_ps();
      };
      rest[p] = {load(2 * p), load(2 * p + 1)};
    }
    for (int plane = 0; plane < planes; plane++) {
      __m512i taken[pairs];
      for (int p = 0; p < pairs; p++) {
        taken[p] = take_interleaved<planes>(rest[p], plane);
      }
      bf16* out = row.out.at + plane * row.out.plane + x * 2 * pairs;
      for (int j = 0; j < pairs; j++) {
        const __m512i lane = _mm512_load_si512(order.lane[j]);
        __m512i mixed = _mm512_permutexvar_epi32(lane, taken[0]);
        for (int p = 1; p < pairs; p++) {
          mixed = _mm512_mask_permutexvar_epi32(mixed, order.from[j][p], lane, taken[p]);
        }
        store(out + j * 32, mixed);
      }
    }
  }
}

template <int planes, int taps>
void shift(const ShiftRow& row) {
  if (!row.row) {
    for (int plane = 0; plane < planes; plane++) {
      std::memset(row.out.at + plane * row.out.plane, 0, static_cast<size_t>(taps * row.pitch) * sizeof(bf16));
    }
    return;
  }
  for (int64_t x = 0; x < row.width + taps; x += 32) {
    Wide rest{_mm512_loadu_ps(row.row + x), _mm512_loadu_ps(row.row + x + 16)};
    for (int plane = 0; plane < planes; plane++) {
      store(row.scratch.at + plane * row.scratch.plane + x, take_plane<planes>(rest, plane));
    }
  }
  for (int plane = 0; plane < planes; plane++) {
    const bf16* from = row.scratch.at + plane * row.scratch.plane;
    bf16* to = row.out.at + plane * row.out.plane;
    for (int64_t x = 0; x < row.pitch; x += 32) {
      const int64_t left = row.width - x;
      const __mmask32 inside = left >= 32 ? ~__mmask32{0} : left <= 0 ? 0 : (__mmask32{1} << left) - 1;
      for (int d = 0; d < taps; d++) {
        store(to + d * row.pitch + x, _mm512_maskz_loadu_epi16(inside, from + x + d));
      }
    }
  }
}

}  // namespace

template <int planes>
void TileKernels<planes>::strip_9(const StripRow& row) {
  strip<planes, 9>(row);
}

template <int planes>
void TileKernels<planes>::strip_5(const StripRow& row) {
  strip<planes, 5>(row);
}

template <int planes>
void TileKernels<planes>::shift_9(const ShiftRow& row) {
  shift<planes, 9>(row);
}

template <int planes>
void TileKernels<planes>::shift_5(const ShiftRow& row) {
  shift<planes, 5>(row);
}

template <int planes>
void TileKernels<planes>::begin() {
  configure_tiles();
}

template <int planes>
void TileKernels<planes>::end() {
  release_tiles();
}

template void TileKernels<1>::strip_9(const StripRow&);
template void TileKernels<1>::strip_5(const StripRow&);
template void TileKernels<1>::shift_9(const ShiftRow&);
template void TileKernels<1>::shift_5(const ShiftRow&);
template void TileKernels<1>::begin();
template void TileKernels<1>::end();
template void TileKernels<2>::strip_9(const StripRow&);
template void TileKernels<2>::strip_5(const StripRow&);
template void TileKernels<2>::shift_9(const ShiftRow&);
template void TileKernels<2>::shift_5(const ShiftRow&);
template void TileKernels<2>::begin();
template void TileKernels<2>::end();

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
