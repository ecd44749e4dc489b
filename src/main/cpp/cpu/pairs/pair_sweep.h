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
  PairSweep(const Model& model, int64_t columns);

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

  void allocate_rings(const Alive& rows);
  // What the kernels have in common: a group of a layer's rows.
  Rows group_rows(const float* bias, const Ring<bf16>& out, int64_t r) const;

  const Model& model_;
  int64_t version_ = 0;  // of the weights below
  std::unique_ptr<Weights> weights_;
  Ring<bf16> active1_, active2_, gradient3_, gradient2_, gradient1_, zeros_;
  AlignedFloats scratch_;
  bool first_ = true;  // group of a part's gradients
  // Allocated by the first training.
  AlignedFloats blocks_memory_, component_gradient1_, component_gradient2_;
  Blocks blocks_{};
};

class PairMethod : public Method {
 public:
  int64_t pieces() const override { return 1; }
  void prepare(const Network& network, int64_t) override { model_ = {&network, model_.version + 1}; }
  std::unique_ptr<Sweep> sweep(int64_t columns) const override {
    return std::unique_ptr<Sweep>(new PairSweep(model_, columns));
  }
  int64_t bytes() const override { return 0; }

 private:
  Model model_{};
};

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
