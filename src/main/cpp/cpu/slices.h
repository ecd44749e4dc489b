// The slice cache: one file mapped read-only, and crops from it.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/engine.h"

namespace ldct {
namespace cpu {

class Slices : public Dataset {
 public:
  Slices(const char* path, const int64_t* slices, int64_t count);
  ~Slices() override;
  Slices(const Slices&) = delete;
  Slices& operator=(const Slices&) = delete;

  // Throws unless every window of the plan lies inside its slice.
  void check(const Plan& plan) const;

  enum Dose { low, high };

  // out[c] = (stored - offset) / scale for one row of a window.
  void read_row(int32_t slice, Dose dose, int64_t row, int64_t column, int64_t columns, float offset, float scale,
                float* out) const;

 private:
  struct Slice {
    int64_t offset[2];
    int64_t rows, columns;
    bool is_signed;
  };

  void map(const char* path);
  Slice checked(const int64_t* slice, int64_t index) const;

  const unsigned char* bytes_ = nullptr;
  size_t size_ = 0;
  std::vector<Slice> slices_;
};

}  // namespace cpu
}  // namespace ldct
