// The network by the row kernels of kernels.h, in float32.
#pragma once

#include <cstdint>
#include <memory>

#include "cpu/aligned.h"
#include "cpu/kernels.h"
#include "cpu/row_schedule.h"
#include "cpu/winograd.h"

namespace ldct {
namespace cpu {

class RowSweep : public RowSchedule {
 public:
  RowSweep(const Kernels& kernels, const Model& model, int64_t columns);

  void end_gradients(Network& gradient) override;
  Memory memory() const override;

 private:
  void use_rows(const Alive& rows) override;
  void transform_weights(const Network& network) override;
  void layer1(const Part& part, int64_t r) override;
  void layer2(const Part& part, int64_t r) override;
  void layer3(const Part& part, int64_t r, float* out) override;
  void output_gradient(int64_t r, const float* delta) override;
  void layer3_weight_gradient(const Part& part, int64_t r, Network& gradient) override;
  void layer3_data_gradient(const Part& part, int64_t r) override;
  void layer2_weight_gradient(const Part& part, const Groups& groups, Network& gradient) override;
  void layer2_data_gradient(const Part& part, const Groups& groups) override;
  void layer1_gradients(const Part& part, const Groups& groups, Network& gradient) override;

  // What the kernels have in common: a group of a layer's rows, to rows row_of(row), and the part's share of a weight
  // gradient, from gradients in rows row_of(row) and what windows(row, in) lists for the group at row.
  template <class RowOf>
  WinogradRows group_rows(const float* weights, const float* bias, int64_t r, const RowOf& row_of) const;
  template <class RowOf, class Windows>
  WinogradGradientRows gradient_groups(const Part& part, const Groups& groups, const ComponentSums& sums,
                                       float* bias_gradient, const RowOf& row_of, const Windows& windows) const;

  const Kernels& kernels_;
  Apart<WinogradWeights> weights_{1};
  float weights3_[kernel3 * tap_row3];  // upright
  AlignedFloats scratch_;
  Rings<float> rings_;
};

class RowMethod : public RowScheduleMethod {
 public:
  explicit RowMethod(const Kernels& kernels) : kernels_(kernels) {}
  std::unique_ptr<Sweep> sweep(int64_t columns, int64_t) const override;

 private:
  const Kernels& kernels_;
};

}  // namespace cpu
}  // namespace ldct
