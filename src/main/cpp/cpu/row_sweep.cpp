#include "cpu/row_sweep.h"

#include <algorithm>

namespace ldct {
namespace cpu {

RowSweep::RowSweep(const Kernels& kernels, const Model& model, int64_t columns)
    : RowSchedule(columns), kernels_(kernels), model_(model) {
  auto allocate = [](Ring<float>& ring, int64_t rows, int64_t pixels, int channels, int pad) {
    ring.allocate(rows, (pixels + 2 * pad) * channels, static_cast<int64_t>(pad) * channels);
  };
  // Layer 2 reads whole pairs of columns.
  const int64_t even = (columns + 1) / 2 * 2;
  allocate(active1_, alive_active1, even, channels1, pad2);
  allocate(active2_, alive_active2, columns, channels2, pad3);
  allocate(gradient3_, alive_gradient3, columns, 1, pad3);
  allocate(gradient2_, alive_gradient2, even, channels2, pad2);
  allocate(gradient1_, alive_gradient1, columns, channels1, 0);
  allocate(zeros_, 1, even, channels1, pad2);
  scratch_ = AlignedFloats(winograd_scratch);
}

void RowSweep::begin(const Part&, bool training) {
  if (!training) {
    return;
  }
  if (component_gradient2_.size() == 0) {
    component_gradient2_ = AlignedFloats(components * component_weights2);
  }
  std::fill_n(component_gradient2_.data(), component_gradient2_.size(), 0.0f);
}

void RowSweep::end(Network& gradient) {
  kernels_.add_weight_gradient2(component_gradient2_.data(), gradient.weights2);
}

void RowSweep::windows(const Part& part, const Ring<float>& ring, int64_t r, const float* in[4]) const {
  for (int i = 0; i < 4; i++) {
    const int64_t at = r - pad2 + i;
    in[i] = at >= 0 && at < part.rows ? ring.window(at) : zeros_.window(0);
  }
}

void RowSweep::layer1(const Part& part, int64_t r) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel1, [&](int i, int t, int64_t at) {
    row.in[i] = input_row(at) - pad1;
    row.weights[i] = model_.network.weights1 + t * tap_row1;
  });
  row.bias = model_.network.bias1;
  row.relu = true;
  row.width = columns();
  row.out = active1_.row(r);
  kernels_.layer1(row);
}

void RowSweep::layer2(const Part& part, int64_t r) {
  WinogradRows rows{};
  windows(part, active1_, r, rows.in);
  rows.weights = model_.weights2.forward;
  rows.bias = model_.network.bias2;
  rows.relu = true;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < 2; i++) {
    rows.out[i] = active2_.row(r + i);
  }
  kernels_.layer2(rows);
}

void RowSweep::layer3(const Part& part, int64_t r, float* out) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = active2_.window(at);
    row.weights[i] = model_.weights3 + t * tap_row3;
  });
  row.bias = model_.network.bias3;
  row.width = columns();
  row.out = out;
  kernels_.layer3(row);
}

void RowSweep::output_gradient(int64_t r, const float* delta) {
  std::copy(delta, delta + columns(), gradient3_.row(r));
}

void RowSweep::layer3_gradients(const Part& part, int64_t r, bool share, Network& gradient) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = gradient3_.window(at);
    row.weights[i] = model_.network.turned_weights3 + t * tap_row3;
  });
  row.gate = active2_.row(r);
  row.width = columns();
  row.out = gradient2_.row(r);
  kernels_.layer3_data_gradient(row);
  if (!share) {
    return;
  }
  kernels_.add_pixels(row.out, columns(), channels2, gradient.bias2);
  // The window runs over the output gradient, so the taps come out turned, as the network keeps them.
  WeightGradientRow weights{};
  weights.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    weights.in[i] = gradient3_.window(at);
    weights.gradient[i] = gradient.turned_weights3 + t * tap_row3;
  });
  weights.delta = active2_.row(r);
  weights.width = columns();
  kernels_.layer3_weight_gradient(weights);
}

void RowSweep::layer2_gradients(const Part& part, int64_t r) {
  layer2_weight_gradient(part, r);
  layer2_data_gradient(part, r);
}

void RowSweep::layer2_weight_gradient(const Part& part, int64_t r) {
  WinogradGradientRows rows{};
  windows(part, active1_, r, rows.in);
  for (int i = 0; i < 2; i++) {
    rows.delta[i] = within(part, r + i, 0) ? gradient2_.row(r + i) : zeros_.row(0);
  }
  rows.gradient = component_gradient2_.data();
  rows.width = columns();
  rows.scratch = scratch_.data();
  kernels_.layer2_weight_gradient(rows);
}

void RowSweep::layer2_data_gradient(const Part& part, int64_t r) {
  WinogradRows rows{};
  windows(part, gradient2_, r, rows.in);
  rows.weights = model_.weights2.data_gradient;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < 2; i++) {
    rows.gate[i] = active1_.row(r + i);
    rows.out[i] = gradient1_.row(r + i);
  }
  kernels_.layer2_data_gradient(rows);
}

void RowSweep::layer1_gradients(const Part& part, int64_t r, Network& gradient) {
  WeightGradientRow weights{};
  weights.tap_rows = tap_rows(part, r, kernel1, [&](int i, int t, int64_t at) {
    weights.in[i] = input_row(at) - pad1;
    weights.gradient[i] = gradient.weights1 + t * tap_row1;
  });
  weights.delta = gradient1_.row(r);
  weights.width = columns();
  kernels_.add_pixels(weights.delta, columns(), channels1, gradient.bias1);
  kernels_.layer1_weight_gradient(weights);
}

int64_t RowSweep::bytes() const {
  const int64_t floats = scratch_.size() + component_gradient2_.size();
  int64_t total = RowSchedule::bytes() + floats * static_cast<int64_t>(sizeof(float));
  for (const Ring<float>* ring : {&active1_, &active2_, &gradient3_, &gradient2_, &gradient1_, &zeros_}) {
    total += ring->bytes();
  }
  return total;
}

void RowMethod::prepare(const Network& network, int64_t piece) {
  if (piece == 0) {
    model_->network = network;
    upright_weights3(network, model_->weights3);
  }
  kernels_.transform_weights2(network.weights2, piece, model_->weights2);
}

std::unique_ptr<Sweep> RowMethod::sweep(int64_t columns) const {
  return std::unique_ptr<Sweep>(new RowSweep(kernels_, *model_, columns));
}

}  // namespace cpu
}  // namespace ldct
