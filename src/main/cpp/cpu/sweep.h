// One sweep down an image does everything: each step computes one row of every layer, forward and
// backward, as soon as the rows above it are there. Only a few rows of each layer are alive at a
// time, so they stay in the second-level cache whatever the image's height, and no activation is
// ever written to memory.
#pragma once

#include <cstdint>

#include "cpu/aligned.h"
#include "cpu/kernels.h"
#include "cpu/network.h"

namespace ldct {
namespace cpu {

// Weights of a step, shared by all workers.
struct Model {
  Network network;
  TurnedWeights turned;
};

// Part of an image: its rows [begin, end), from an image of `rows` rows. Rows around the part are
// computed again where the part needs them.
struct Part {
  int64_t rows, columns;
  int64_t begin, end;
};

// A worker's memory for images of one width.
class Sweep {
 public:
  Sweep(const Kernels& kernels, int64_t columns);

  // Rows of the input that a part reads.
  static int64_t first_input_row(const Part& part);
  static int64_t end_input_row(const Part& part);

  // The image's row r with 4 zeros on either side, to be filled before forward or train.
  // `capacity` rows are kept; call reserve first.
  void reserve(const Part& part);
  float* input_row(int64_t r) { return input_.data() + (r - first_row_) * input_pitch_ + pad1; }

  // output: the part's rows, [end - begin][columns].
  void forward(const Model& model, const Part& part, float* output);

  // Forward and backward with the loss sum((output - target)^2) and d(loss)/d(output) =
  // gradient_scale * (output - target). target and output (null: not wanted) are those of the whole
  // image. Adds the part's share to gradient and returns its share of
  // the loss.
  double train(const Model& model, const Part& part, const float* target, float gradient_scale, float* output,
               Network& gradient);

 private:
  // The last few rows of one layer, padded left and right by zeros that are never written.
  struct Ring {
    AlignedFloats floats;
    int64_t pitch = 0, offset = 0;
    static constexpr int64_t depth = 8;
    void allocate(int64_t columns, int channels, int pad);
    float* window(int64_t r) const { return floats.data() + (r & (depth - 1)) * pitch; }
    float* row(int64_t r) const { return window(r) + offset; }
  };

  void layer1(const Model& model, const Part& part, int64_t r);
  void layer2(const Model& model, const Part& part, int64_t r);
  void layer3(const Model& model, const Part& part, int64_t r, float* out);
  double output_gradient(const Part& part, int64_t r, const float* target, float scale, float* output,
                         Network& gradient);
  void layer3_gradients(const Model& model, const Part& part, int64_t r, Network& gradient);
  void layer2_weight_gradient(const Part& part, int64_t r, Network& gradient);
  void layer2_data_gradient(const Model& model, const Part& part, int64_t r, Network& gradient);

  const Kernels& kernels_;
  int64_t columns_, input_pitch_, first_row_ = 0;
  AlignedFloats input_, out_row_;
  Ring active1_, active2_, gradient3_, gradient2_, gradient1_;
};

}  // namespace cpu
}  // namespace ldct
