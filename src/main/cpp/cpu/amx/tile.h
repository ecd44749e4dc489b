// The tile registers. Included by *_amx.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ldct {
namespace cpu {
namespace amx {

// What LDTILECFG reads.
struct TileConfig {
  uint8_t palette;
  uint8_t start_row;
  uint8_t reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
};
static_assert(sizeof(TileConfig) == 64, "the size that the processor reads");
static_assert(offsetof(TileConfig, row_bytes) == 16, "as the processor reads it");
static_assert(offsetof(TileConfig, rows) == 48, "as the processor reads it");

// All eight tiles: 16 rows of 64 bytes.
inline void configure_tiles() {
  TileConfig config{};
  config.palette = 1;
  for (int i = 0; i < 8; i++) {
    config.row_bytes[i] = 64;
    config.rows[i] = 16;
  }
  asm volatile("ldtilecfg %0" : : "m"(config));
}

inline void release_tiles() { asm volatile("tilerelease" ::); }

// The compiler's own intrinsics do not tell it that memory is read; these do.
template <int tile>
inline void tile_load(const void* from, int64_t stride_bytes) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride_bytes), "i"(tile) : "memory");
}

template <int tile>
inline void tile_store(void* to, int64_t stride_bytes) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(stride_bytes), "i"(tile) : "memory");
}

template <int tile>
inline void tile_zero() {
  asm volatile("tilezero %%tmm%c0" : : "i"(tile));
}

// sum += a * b, a [16][32] bfloat16, b [16][16][2]
template <int sum, int a, int b>
inline void tile_multiply() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(sum), "i"(a), "i"(b));
}

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
