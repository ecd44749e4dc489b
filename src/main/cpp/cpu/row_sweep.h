// The network by the row kernels of kernels.h, in float32.
#pragma once

#include <cstdint>

#include "cpu/aligned.h"
#include "cpu/kernels.h"
#include "cpu/ring.h"
#include "cpu/row_schedule.h"
#include "cpu/winograd.h"

namespace ldct {
namespace cpu {

// Weights of a step, shared by all workers.
struct Model {
  Network network;
  float weights3[kernel3 * tap_row3];  // upright
  WinogradWeights weights2;
};

class RowSweep : public RowSchedule {
 public:
  RowSweep(const Kernels& kernels, const Model& model, int64_t columns);

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

  // The rows around the pair (r, r + 1) that layer 2's 3x3 windows see; zeros outside the image.
  void windows(const Part& part, const Ring<float>& ring, int64_t r, const float* in[4]) const;
  void layer2_weight_gradient(const Part& part, int64_t r);
  void layer2_data_gradient(const Part& part, int64_t r);

  const Kernels& kernels_;
  const Model& model_;
  AlignedFloats scratch_;
  AlignedFloats component_gradient2_;  // allocated by the first training, [component][channels1][channels2]
  Ring<float> active1_, active2_, gradient3_, gradient2_, gradient1_, zeros_;
};

class RowMethod : public Method {
 public:
  explicit RowMethod(const Kernels& kernels) : kernels_(kernels), model_(new Model()) {}
  int64_t pieces() const override { return winograd_pieces; }
  void prepare(const Network& network, int64_t piece) override;
  std::unique_ptr<Sweep> sweep(int64_t columns) const override;
  int64_t bytes() const override { return sizeof(Model); }

 private:
  const Kernels& kernels_;
  std::unique_ptr<Model> model_;
};

}  // namespace cpu
}  // namespace ldct
