// The last few rows of one layer.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/aligned.h"

namespace ldct {
namespace cpu {

// Rows that are used in turn; zero where nothing is written, so that padding stays zero.
template <class T>
class Ring {
 public:
  // pitch: elements of a row with its padding; offset: from the row's start to pixel 0.
  void allocate(int64_t rows, int64_t pitch, int64_t offset) {
    constexpr int64_t line = 64 / sizeof(T);
    pitch = (pitch + line - 1) / line * line;
    allocated_ = rows_ = 0;  // as long as there may be no memory
    memory_ = AlignedFloats(rows * pitch * static_cast<int64_t>(sizeof(T)) / static_cast<int64_t>(sizeof(float)));
    allocated_ = rows_ = rows;
    pitch_ = pitch;
    offset_ = offset;
  }
  // Fewer rows take less of the caches.
  void use(int64_t rows) { rows_ = std::min(rows, allocated_); }
  T* window(int64_t r) const { return reinterpret_cast<T*>(memory_.data()) + r % rows_ * pitch_; }
  T* row(int64_t r) const { return window(r) + offset_; }
  int64_t rows() const { return allocated_; }
  int64_t bytes() const { return memory_.bytes(); }

 private:
  AlignedFloats memory_;
  int64_t allocated_ = 0, rows_ = 0, pitch_ = 0, offset_ = 0;
};

}  // namespace cpu
}  // namespace ldct
