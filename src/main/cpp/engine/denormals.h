// Takes numbers below 1.2e-38 as zero while it lives. The moments of a weight that no longer gets a gradient shrink into
// that range and stay there, where every operation costs a hundred cycles; no result can tell the difference.
#pragma once

#include <xmmintrin.h>

namespace ldct {

class FlushDenormals {
 public:
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | flush_to_zero | denormals_are_zero); }
  ~FlushDenormals() { _mm_setcsr(before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  static constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  unsigned before_;
};

}  // namespace ldct
