// Instructions that CUDA has no name for, as the PTX manual describes them. Test only.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace ldct::cuda {

inline float larger_or_nan(float a, float b) { return std::isnan(a) || std::isnan(b) ? NAN : a > b ? a : b; }
inline float smaller_or_nan(float a, float b) { return std::isnan(a) || std::isnan(b) ? NAN : a < b ? a : b; }

// Reads and writes the upper 32 bits only.
inline double rough_reciprocal(double value) {
  auto upper_half = [](double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= 0xffffffff00000000u;
    std::memcpy(&x, &bits, sizeof bits);
    return x;
  };
  return upper_half(1 / upper_half(value));
}

}  // namespace ldct::cuda
