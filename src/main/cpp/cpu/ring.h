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
    allocated_ = rows_ = rows;
    pitch_ = (pitch + line - 1) / line * line;
    offset_ = offset;
    memory_ = AlignedFloats(rows_ * pitch_ * static_cast<int64_t>(sizeof(T)) / static_cast<int64_t>(sizeof(float)));
  }
  // Fewer rows take less of the caches.
  void use(int64_t rows) { rows_ = std::min(rows, allocated_); }
  T* window(int64_t r) const { return reinterpret_cast<T*>(memory_.data()) + r % rows_ * pitch_; }
  T* row(int64_t r) const { return window(r) + offset_; }
  int64_t rows() const { return allocated_; }
  int64_t bytes() const { return memory_.size() * static_cast<int64_t>(sizeof(float)); }

 private:
  AlignedFloats memory_;
  int64_t allocated_ = 0, rows_ = 0, pitch_ = 0, offset_ = 0;
};

}  // namespace cpu
}  // namespace ldct
