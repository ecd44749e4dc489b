// The network by the kernels of pairs/kernels.h: activations, their gradients and weights in bfloat16, sums in float32.
#pragma once

#include <memory>

#include "cpu/aligned.h"
#include "cpu/pairs/kernels.h"
#include "cpu/row_schedule.h"

namespace ldct {
namespace cpu {
namespace pairs {

class PairSweep : public RowSchedule {
 public:
  PairSweep(const Model& model, int64_t columns);

  void end_gradients(Network& gradient) override;
  Memory memory() const override;

 private:
  void use_rows(const Alive& rows) override;
  void transform_weights(const Network& network) override { pack(network, *weights_); }
  void layer1(const Part& part, int64_t r) override;
  void layer2(const Part& part, int64_t r) override;
  void layer3(const Part& part, int64_t r, float* out) override;
  void output_gradient(int64_t r, const float* delta) override;
  void layer3_weight_gradient(const Part& part, int64_t r, Network& gradient) override;
  void layer3_data_gradient(const Part& part, int64_t r) override;
  void layer2_weight_gradient(const Part& part, const Groups& groups, Network& gradient) override;
  void layer2_data_gradient(const Part& part, const Groups& groups) override;
  void layer1_gradients(const Part& part, const Groups& groups, Network& gradient) override;

  // What the kernels have in common: a group of a layer's rows, to rows row_of(row).
  template <class RowOf>
  Rows group_rows(const float* bias, int64_t r, const RowOf& row_of) const;
  // And weight gradients, from rows row_of(row) and what windows(row, in) lists; visits every row of the gradient.
  template <class GradientRows, class RowOf, class Windows, class Visit>
  GradientRows gradient_groups(const Part& part, const Groups& groups, const ComponentSums& sums, const RowOf& row_of,
                               const Windows& windows, const Visit& visit) const;

  Apart<Weights> weights_{1};
  AlignedFloats scratch_;
  Rings<bf16> rings_;
};

class PairMethod : public RowScheduleMethod {
 public:
  std::unique_ptr<Sweep> sweep(int64_t columns, int64_t) const override {
    return std::unique_ptr<Sweep>(new PairSweep(model_, columns));
  }
};

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
