// Which row of which layer is computed when, for sweeps that go down an image: each step computes a few rows of every
// layer, forward and backward, as soon as the rows around them are there. The few rows that are alive stay in the caches
// whatever the image's height.
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/aligned.h"
#include "cpu/method.h"
#include "cpu/network.h"
#include "cpu/ring.h"
#include "cpu/winograd.h"

namespace ldct {
namespace cpu {

// Rows that layers 1 and 2 compute together. The rows of a group are rounded differently, so groups begin at multiples of it
// in every part alike, and are whole.
constexpr int64_t rows_a_group = block_edge;
static_assert(part_rows % rows_a_group == 0, "parts consist of whole groups");

// The groups of rows that begin at first, at first + rows_a_group and so on, before end.
struct Groups {
  int64_t first, end;
  int count() const { return static_cast<int>((end - first + rows_a_group - 1) / rows_a_group); }
  int64_t last_row() const { return first + count() * rows_a_group - 1; }
};

template <class Visit>
void each_group(const Groups& groups, const Visit& visit) {
  for (int64_t r = groups.first; r < groups.end; r += rows_a_group) {
    visit(r);
  }
}

// The weights of a step; every worker transforms them for itself, which costs less than fetching them from another core.
struct Model {
  const Network* network;
  int64_t version;
};

// As many rows of a layer as are alive at a time, activations or gradients.
struct Alive {
  int64_t layer1, layer2, output_gradient, last_gradient1;
};

// The rows of all layers that are alive, and one of zeros. A layer's gradient takes the place of the activation whose sign it
// has just been multiplied by; only layer 1's in the last row of a step stands apart, since the next step's windows see the
// activation there.
template <class T>
struct Rings {
  Ring<T> layer1, layer2, output_gradient, last_gradient1, zeros;

  bool hold(const Alive& rows) const {
    return layer1.rows() >= rows.layer1 && layer2.rows() >= rows.layer2 && output_gradient.rows() >= rows.output_gradient &&
           last_gradient1.rows() >= rows.last_gradient1 && zeros.rows() > 0;
  }
  void use(const Alive& rows) {
    layer1.use(rows.layer1);
    layer2.use(rows.layer2);
  }
  T* gradient1(const Groups& step, int64_t r) const { return r == step.last_row() ? last_gradient1.row(0) : layer1.row(r); }
  int64_t bytes() const {
    return layer1.bytes() + layer2.bytes() + output_gradient.bytes() + last_gradient1.bytes() + zeros.bytes();
  }
};

// Sums of weight gradients in components; what is in them does not count before the first group of rows. Allocated by the
// first training.
struct ComponentSums {
  AlignedFloats floats;
  bool first = true;
};

class RowSchedule : public Sweep {
 public:
  RowSchedule(const Model& model, int64_t columns);

  void reserve(const Part& part) override;
  // With 4 zeros on either side.
  float* input_row(int64_t, int64_t r) override { return input_.data() + (r - first_row_) * input_pitch_ + pad1; }
  void forward(const Part& part, float* output) override;
  void begin_gradients() override;
  double train(const Part& part, const std::vector<TrainingImage>& images, float gradient_scale,
               Network& gradient) override;
  Memory memory() const override;

 protected:
  int64_t columns() const { return columns_; }
  const Network& network() const { return *model_.network; }
  // Of layers 1 and 2.
  const ComponentSums& sums1() const { return sums1_; }
  const ComponentSums& sums2() const { return sums2_; }
  // The rows that the windows of the group at r see, from four rows above it, at pixel -4; zeros outside the image.
  void image_windows(const Part& part, int64_t r, const float** in);

  // Room for so many rows, which stays, and new weights: before the first row of a part.
  virtual void use_rows(const Alive& rows) = 0;
  virtual void transform_weights(const Network& network) = 0;
  // Activations of the group of rows that begins at r; rows below the image are never read.
  virtual void layer1(const Part& part, int64_t r) = 0;
  virtual void layer2(const Part& part, int64_t r) = 0;
  // Output of row r.
  virtual void layer3(const Part& part, int64_t r, float* out) = 0;
  // Takes over the output's gradient in row r.
  virtual void output_gradient(int64_t r, const float* delta) = 0;
  // From the output's gradient, in row r: of layer 3's weights; of its input, in its place.
  virtual void layer3_weight_gradient(const Part& part, int64_t r, Network& gradient) = 0;
  virtual void layer3_data_gradient(const Part& part, int64_t r) = 0;
  // From the groups of a step, as far as they belong to the part: of layer 2's weights and biases; of its input, in its place;
  // of layer 1's weights and biases.
  virtual void layer2_weight_gradient(const Part& part, const Groups& groups, Network& gradient) = 0;
  virtual void layer2_data_gradient(const Part& part, const Groups& groups) = 0;
  virtual void layer1_gradients(const Part& part, const Groups& groups, Network& gradient) = 0;

 private:
  void begin(const Alive& rows);
  double loss_row(const Part& part, int64_t r, const TrainingImage& image, float scale, Network& gradient);

  const Model& model_;
  int64_t version_ = 0;  // of the weights that were transformed
  int64_t columns_, input_pitch_, first_row_ = 0;
  AlignedFloats input_, outside_, out_row_, delta_row_;
  ComponentSums sums1_, sums2_;
};

// A method whose workers transform the weights.
class RowScheduleMethod : public Method {
 public:
  int64_t pieces() const override { return 1; }
  void prepare(const Network& network, int64_t) override { model_ = {&network, model_.version + 1}; }
  int64_t bytes() const override { return 0; }

 protected:
  Model model_{};
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

// The rows of a layer that the windows of the group at r see, `before` elements left of pixel 0; zeros outside the image.
template <class T>
void layer_windows(const Part& part, const Ring<T>& layer, const Ring<T>& zeros, int64_t r, int64_t before, const T** in) {
  for (int64_t at = r - pad2; at < r + block_edge + pad2; at++) {
    *in++ = (at >= 0 && at < part.rows ? layer.row(at) : zeros.row(0)) - before;
  }
}

// The rows of a gradient, row_of(row), in the group at r, as far as they belong to the part.
template <class T, class RowOf>
void gradient_rows(const Part& part, const RowOf& row_of, const Ring<T>& zeros, int64_t r, const T** rows) {
  for (int64_t at = r; at < r + block_edge; at++) {
    *rows++ = within(part, at, 0) ? row_of(at) : zeros.row(0);
  }
}

}  // namespace cpu
}  // namespace ldct
