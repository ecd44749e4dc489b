// The slice cache as every engine sees it: one file mapped read-only, and where each image lies in it.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/engine.h"

namespace ldct {

class SliceFile {
 public:
  enum Dose { low, high };

  // One pair of images of the same size.
  struct Slice {
    int64_t offset[2];  // of the first byte, by dose
    int64_t rows, columns;
    bool is_signed;
    int64_t pixels() const { return rows * columns; }
  };

  // slices is [count][5] as in ldct_dataset_open.
  SliceFile(const char* path, const int64_t* slices, int64_t count);
  ~SliceFile();
  SliceFile(const SliceFile&) = delete;
  SliceFile& operator=(const SliceFile&) = delete;

  const std::vector<Slice>& slices() const { return slices_; }

  // Of all slices, both doses.
  int64_t pixel_bytes() const;

  // Throws unless every window of the plan lies inside its slice.
  void check(const Plan& plan) const;

  // The pixels of a slice's row from a column on; int16_t where the slice is signed.
  const uint16_t* pixels(int32_t slice, Dose dose, int64_t row, int64_t column) const {
    const Slice& s = slices_[static_cast<size_t>(slice)];
    return reinterpret_cast<const uint16_t*>(bytes_ + s.offset[dose] + (row * s.columns + column) * 2);
  }

 private:
  void map(const char* path);
  Slice checked(const int64_t* slice, int64_t index) const;

  const unsigned char* bytes_ = nullptr;
  size_t size_ = 0;
  std::vector<Slice> slices_;
};

}  // namespace ldct
