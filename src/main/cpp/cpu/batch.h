// Where a minibatch's images come from: the caller's arrays or windows of the slice cache.
#pragma once

#include <algorithm>
#include <vector>

#include "cpu/method.h"
#include "cpu/slices.h"
#include "engine/engine.h"

namespace ldct {
namespace cpu {

class Batch {
 public:
  explicit Batch(Shape shape) : shape_(shape) {}
  virtual ~Batch() = default;
  const Shape& shape() const { return shape_; }

  // Writes the normalised input rows that a part reads to the sweep's image `to`.
  virtual void input(int64_t image, const Part& part, Sweep& sweep, int64_t to) const = 0;
  // The normalised target image; only the rows that a part's gradients read need be there. scratch
  // has room for an image.
  virtual const float* target(int64_t image, const Part& part, float* scratch) const = 0;

 private:
  Shape shape_;
};

class ArrayBatch : public Batch {
 public:
  explicit ArrayBatch(const Images& images) : Batch(images.shape), images_(images) {}

  void input(int64_t image, const Part& part, Sweep& sweep, int64_t to) const override {
    const float* from = images_.input + image * shape().pixels();
    for (int64_t r = first_input_row(part); r < end_input_row(part); r++) {
      std::copy(from + r * part.columns, from + (r + 1) * part.columns, sweep.input_row(to, r));
    }
  }

  const float* target(int64_t image, const Part&, float*) const override {
    return images_.target + image * shape().pixels();
  }

 private:
  Images images_;
};

class WindowBatch : public Batch {
 public:
  WindowBatch(const Slices& slices, const Plan& plan, int64_t first_window, float offset, float scale)
      : Batch(plan.shape),
        slices_(slices),
        windows_(plan.windows + first_window * 3),
        offset_(offset),
        scale_(scale) {}

  void input(int64_t image, const Part& part, Sweep& sweep, int64_t to) const override {
    for (int64_t r = first_input_row(part); r < end_input_row(part); r++) {
      read(image, SliceFile::low, r, sweep.input_row(to, r));
    }
  }

  const float* target(int64_t image, const Part& part, float* scratch) const override {
    for (int64_t r = first_input_row(part); r < end_input_row(part); r++) {
      read(image, SliceFile::high, r, scratch + r * part.columns);
    }
    return scratch;
  }

 private:
  void read(int64_t image, SliceFile::Dose dose, int64_t r, float* out) const {
    const int32_t* window = windows_ + image * 3;
    slices_.read_row(window[0], dose, window[1] + r, window[2], shape().columns, offset_, scale_, out);
  }

  const Slices& slices_;
  const int32_t* windows_;
  float offset_, scale_;
};

}  // namespace cpu
}  // namespace ldct
