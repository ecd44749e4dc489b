// The seam between the trainer and what computes the network: row kernels or matrix tiles.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/network.h"
#include "engine/engine.h"

namespace ldct {
namespace cpu {

constexpr int64_t round_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Part of an image: its rows [begin, end), from an image of `rows` rows. Rows around the part are
// computed again where the part needs them.
struct Part {
  int64_t rows, columns;
  int64_t begin, end;
};

// How many rows above and below a part each layer must be computed to get the part's gradients.
constexpr int64_t halo_gradient2 = pad2;
constexpr int64_t halo_output = halo_gradient2 + pad3;
constexpr int64_t halo_active2 = halo_output + pad3;
constexpr int64_t halo_active1 = halo_active2 + pad2;

// Parts begin at multiples of this many rows, and rows around them are computed in groups of at most as many: in the order
// output, layer 2, layer 1.
constexpr int64_t part_rows = 4;
constexpr int64_t halo_input = 3 * part_rows + pad1;

// Rows of the input that a part reads.
inline int64_t first_input_row(const Part& part) { return std::max<int64_t>(0, part.begin - halo_input); }
inline int64_t end_input_row(const Part& part) { return std::min(part.rows, part.end + halo_input); }

// A whole image of a training: what it should become and, if wanted, where its output goes.
struct TrainingImage {
  const float* target;
  float* output;  // null: not wanted
};

// One worker's memory and code for images of one width: a sweep down an image computes all layers,
// forward and backward, so that only a few rows of each are alive at a time. In lines of the cache of its own, since other
// workers write to what is allocated beside it.
class alignas(64) Sweep {
 public:
  virtual ~Sweep() = default;

  // Room for the input of a part; then every input row of the part must be filled.
  virtual void reserve(const Part& part) = 0;
  virtual float* input_row(int64_t image, int64_t r) = 0;

  // output: the part's rows of the first image, [end - begin][columns].
  virtual void forward(const Part& part, float* output) = 0;

  // Forward and backward with the loss sum((output - target)^2) and d(loss)/d(output) =
  // gradient_scale * (output - target), of as many images as the sweep was made for or fewer. Returns the
  // part's share of the loss. Gradients of all that is trained after begin_gradients have been added to
  // gradient, always the same one, when end_gradients returns.
  virtual void begin_gradients() = 0;
  virtual double train(const Part& part, const std::vector<TrainingImage>& images, float gradient_scale,
                       Network& gradient) = 0;
  virtual void end_gradients(Network& gradient) = 0;

  virtual Memory memory() const = 0;
};

// How a trainer computes: an instruction set and a precision, and the weights as these want them.
class Method {
 public:
  virtual ~Method() = default;
  // Takes over new weights in this many pieces, by any threads; all must be done before sweeps run.
  virtual int64_t pieces() const = 0;
  virtual void prepare(const Network& network, int64_t piece) = 0;
  // What a row of so many images side by side costs to train, in any unit.
  virtual int64_t row_cost(int64_t columns, int64_t images) const { return columns * images; }
  // For so many images side by side. The sweep reads the method's weights and must not outlive it.
  virtual std::unique_ptr<Sweep> sweep(int64_t columns, int64_t images) const = 0;
  virtual int64_t bytes() const = 0;
};

}  // namespace cpu
}  // namespace ldct
