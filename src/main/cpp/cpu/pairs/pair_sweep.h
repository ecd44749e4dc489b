// The network by the kernels of pairs/kernels.h: activations, their gradients and weights in bfloat16, sums in float32.
#pragma once

#include <memory>

#include "cpu/aligned.h"
#include "cpu/pairs/kernels.h"
#include "cpu/ring.h"
#include "cpu/row_schedule.h"

namespace ldct {
namespace cpu {
namespace pairs {

class PairSweep : public RowSchedule {
 public:
  PairSweep(const Weights& weights, int64_t columns);

  int64_t bytes() const override;

 private:
  void begin(const Part& part, bool training) override;
  void end(Network& gradient) override;
  void layer1(const Part& part, int64_t r) override;
  void layer2(const Part& part, int64_t r) override;
  void layer3(const Part& part, int64_t r, float* out) override;
  void output_gradient(int64_t r, const float* delta) override;
  void layer3_gradients(const Part& part, int64_t r, bool share, Network& gradient) override;
  void layer2_gradients(const Part& part, int64_t r) override;
  void layer1_gradients(const Part& part, int64_t r, Network& gradient) override;

  void layer1_row(const Part& part, int64_t r);
  void layer1_row_gradients(const Part& part, int64_t r, Network& gradient);
  // The rows around the pair (r, r + 1) that layer 2's 3x3 windows see; zeros outside the image.
  void windows(const Part& part, const Ring<bf16>& ring, int64_t r, const bf16* in[4]) const;

  const Weights& weights_;
  int64_t first_row_ = 0;
  Ring<bf16> input_, active1_, active2_, gradient3_, gradient2_, gradient1_, zeros_;
  AlignedFloats scratch_;
  // Of layer 2's weight gradient; allocated by the first training.
  AlignedFloats blocks_memory_, component_gradient2_;
  Blocks blocks_{};
};

class PairMethod : public Method {
 public:
  PairMethod() : weights_(new Weights()) {}
  int64_t pieces() const override { return winograd_pieces; }
  void prepare(const Network& network, int64_t piece) override { pack(network, piece, *weights_); }
  std::unique_ptr<Sweep> sweep(int64_t columns) const override {
    return std::unique_ptr<Sweep>(new PairSweep(*weights_, columns));
  }
  int64_t bytes() const override { return sizeof(Weights); }

 private:
  std::unique_ptr<Weights> weights_;
};

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
