// Tensor-core products and matrix loads of an emulated warp. Test only.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ldct::cuda {
namespace emulated {

inline float low(uint32_t pair) { return __uint_as_float(pair << 16); }
inline float high(uint32_t pair) { return __uint_as_float(pair & 0xffff0000u); }
inline float half(uint32_t pair, int which) { return which ? high(pair) : low(pair); }

struct Product {
  float* sum;
  const uint32_t* a;
  uint32_t b[2];
};

// Where element (row, k) of a and (k, column) of b lie: lane, register, half.
inline void product_bfloat16(void* lanes[emulation::warp_size]) {
  auto of = [&](int lane) { return static_cast<Product*>(lanes[lane]); };
  for (int row = 0; row < 16; row++) {
    for (int column = 0; column < 8; column++) {
      float& sum = of(row % 8 * 4 + column / 2)->sum[row / 8 * 2 + column % 2];
      for (int k = 0; k < 16; k++) {
        const int t = k % 8 / 2;
        sum += half(of(row % 8 * 4 + t)->a[row / 8 + k / 8 * 2], k % 2) * half(of(column * 4 + t)->b[k / 8], k % 2);
      }
    }
  }
}

// The tensor cores cut off what tf32 lacks.
inline float tfloat32(uint32_t word) { return __uint_as_float(word & 0xffffe000u); }

inline void product_tfloat32(void* lanes[emulation::warp_size]) {
  auto of = [&](int lane) { return static_cast<Product*>(lanes[lane]); };
  for (int row = 0; row < 16; row++) {
    for (int column = 0; column < 8; column++) {
      float& sum = of(row % 8 * 4 + column / 2)->sum[row / 8 * 2 + column % 2];
      for (int k = 0; k < 8; k++) {
        sum += tfloat32(of(row % 8 * 4 + k % 4)->a[row / 8 + k / 4 * 2]) * tfloat32(of(column * 4 + k % 4)->b[k / 4]);
      }
    }
  }
}

struct Matrices {
  uint32_t* to;
  const void* row;
};

template <bool TURNED>
void matrices(void* lanes[emulation::warp_size]) {
  for (int lane = 0; lane < emulation::warp_size; lane++) {
    const int g = lane / 4, t = lane % 4;
    for (int m = 0; m < 4; m++) {
      auto element = [&](int row, int column) {
        uint16_t value;
        const auto* from = static_cast<const Matrices*>(lanes[m * 8 + row])->row;
        std::memcpy(&value, static_cast<const unsigned char*>(from) + column * 2, sizeof value);
        return uint32_t{value};
      };
      static_cast<Matrices*>(lanes[lane])->to[m] = TURNED ? element(2 * t, g) | element(2 * t + 1, g) << 16
                                                          : element(g, 2 * t) | element(g, 2 * t + 1) << 16;
    }
  }
}

inline void require_aligned(const void* row) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
    std::fprintf(stderr, "emulation: a matrix row is not aligned to 16 bytes\n");
    std::abort();
  }
}

}  // namespace emulated

inline void multiply_add_bfloat16(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  emulated::Product own{sum, a, {b0, b1}};
  emulation::warp_collective(&emulated::product_bfloat16, &own);
}

inline void multiply_add_tfloat32(float (&sum)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  emulated::Product own{sum, a, {b0, b1}};
  emulation::warp_collective(&emulated::product_tfloat32, &own);
}

inline uint32_t round_tfloat32(float value) {
  const uint32_t bits = __float_as_uint(value);
  return std::isfinite(value) ? (bits + 0x1000u) & 0xffffe000u : bits;
}

inline void load_matrices(uint32_t (&to)[4], const void* row) {
  emulated::require_aligned(row);
  emulated::Matrices own{to, row};
  emulation::warp_collective(&emulated::matrices<false>, &own);
}

inline void load_matrices_turned(uint32_t (&to)[4], const void* row) {
  emulated::require_aligned(row);
  emulated::Matrices own{to, row};
  emulation::warp_collective(&emulated::matrices<true>, &own);
}

}  // namespace ldct::cuda
