// Which row of which layer is computed when, for sweeps that go down an image row by row: each step computes one
// row of every layer, forward and backward, as soon as the rows around it are there; layer 2 takes two rows every
// other step. The rows that are alive stay in the second-level cache whatever the image's height, and no activation
// is ever written to memory.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/aligned.h"
#include "cpu/method.h"
#include "cpu/network.h"

namespace ldct {
namespace cpu {

class RowSchedule : public Sweep {
 public:
  explicit RowSchedule(int64_t columns);

  void reserve(const Part& part) override;
  // With 4 zeros on either side.
  float* input_row(int64_t r) override { return input_.data() + (r - first_row_) * input_pitch_ + pad1; }
  void forward(const Part& part, float* output) override;
  double train(const Part& part, const float* target, float gradient_scale, float* output,
               Network& gradient) override;
  int64_t bytes() const override;

 protected:
  // As many rows of a layer as are alive at a time; a pair of layer 2 counts as two.
  static constexpr int64_t alive_active1 = 10, alive_active2 = 6, alive_gradient3 = 5, alive_gradient2 = 4,
                           alive_gradient1 = 2;

  int64_t columns() const { return columns_; }

  // Before the first row of a part, and after the last one of a training: gradients that were kept back.
  virtual void begin(const Part& part, bool training) = 0;
  virtual void end(Network& gradient) = 0;
  // Activations of row r; of rows r and r + 1 in layer 2.
  virtual void layer1(const Part& part, int64_t r) = 0;
  virtual void layer2(const Part& part, int64_t r) = 0;
  virtual void layer3(const Part& part, int64_t r, float* out) = 0;
  // Takes over the output's gradient in row r.
  virtual void output_gradient(int64_t r, const float* delta) = 0;
  // From the output's gradient that of layer 3's input in row r; with `share`, weights and biases as well.
  virtual void layer3_gradients(const Part& part, int64_t r, bool share, Network& gradient) = 0;
  // Weights of layer 2 from rows r and r + 1, as far as they belong to the part; gradient of its input.
  virtual void layer2_gradients(const Part& part, int64_t r) = 0;
  virtual void layer1_gradients(const Part& part, int64_t r, Network& gradient) = 0;

 private:
  double loss_row(const Part& part, int64_t r, const float* target, float scale, float* output, Network& gradient);

  int64_t columns_, input_pitch_, first_row_ = 0;
  AlignedFloats input_, out_row_, delta_row_;
};

// Is row r in the part or at most `halo` rows of the image away from it?
inline bool within(const Part& part, int64_t r, int64_t halo) {
  return r >= std::max<int64_t>(0, part.begin - halo) && r < std::min(part.rows, part.end + halo);
}

// Lists the kernel's tap rows that lie inside the image: visit(index, tap row, image row). How many there are.
template <class Visit>
int tap_rows(const Part& part, int64_t r, int kernel, const Visit& visit) {
  int n = 0;
  for (int t = 0; t < kernel; t++) {
    int64_t at = r + t - kernel / 2;
    if (at >= 0 && at < part.rows) {
      visit(n++, t, at);
    }
  }
  return n;
}

}  // namespace cpu
}  // namespace ldct
