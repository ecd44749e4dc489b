// Crops from the slice cache, read from the mapped file each time.
#pragma once

#include "engine/slice_file.h"

namespace ldct {
namespace cpu {

class Slices : public Dataset {
 public:
  Slices(const char* path, const int64_t* slices, int64_t count) : file_(path, slices, count) {}

  const SliceFile& file() const { return file_; }
  int64_t bytes() const override { return file_.pixel_bytes(); }
  int64_t resident_bytes() const override { return bytes(); }

  // out[c] = (stored - offset) / scale for one row of a window.
  void read_row(int32_t slice, SliceFile::Dose dose, int64_t row, int64_t column, int64_t columns, float offset,
                float scale, float* out) const {
    const uint16_t* pixels = file_.pixels(slice, dose, row, column);
    if (file_.slices()[static_cast<size_t>(slice)].is_signed) {
      normalise(reinterpret_cast<const int16_t*>(pixels), columns, offset, scale, out);
    } else {
      normalise(pixels, columns, offset, scale, out);
    }
  }

 private:
  template <class Pixel>
  static void normalise(const Pixel* pixels, int64_t columns, float offset, float scale, float* out) {
    for (int64_t c = 0; c < columns; c++) {
      out[c] = (static_cast<float>(pixels[c]) - offset) / scale;
    }
  }

  SliceFile file_;
};

}  // namespace cpu
}  // namespace ldct
