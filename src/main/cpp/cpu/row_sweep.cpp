#include "cpu/row_sweep.h"

#include <algorithm>

namespace ldct {
namespace cpu {

RowSweep::RowSweep(const Kernels& kernels, const Model& model, int64_t columns)
    : RowSchedule(model, columns),
      kernels_(kernels),
      scratch_(kernels.scratch_floats(columns)) {}

void RowSweep::use_rows(const Alive& rows) {
  if (rings_.hold(rows)) {
    rings_.use(rows);
    return;
  }
  auto allocate = [](Ring<float>& ring, int64_t height, int64_t pixels, int channels, int pad) {
    ring.allocate(height, (pixels + 2 * pad) * channels, static_cast<int64_t>(pad) * channels);
  };
  // Layers 1 and 2 and their gradients are read in whole blocks.
  const int64_t whole = round_up(columns(), block_edge);
  allocate(rings_.layer1, rows.layer1, whole, channels1, pad2);
  allocate(rings_.layer2, rows.layer2, whole, channels2, pad3);
  allocate(rings_.output_gradient, rows.output_gradient, columns(), 1, pad3);
  allocate(rings_.last_gradient1, rows.last_gradient1, whole, channels1, 0);
  allocate(rings_.zeros, 1, whole, channels1, pad2);
}

void RowSweep::transform_weights(const Network& network) {
  kernels_.transform_weights(network, *weights_);
  upright_weights3(network, weights3_);
}

void RowSweep::end_gradients(Network& gradient) {
  kernels_.add_weight_gradient1(sums1().floats.data(), gradient.weights1);
  kernels_.add_weight_gradient2(sums2().floats.data(), gradient.weights2);
}

template <class RowOf>
WinogradRows RowSweep::group_rows(const float* weights, const float* bias, int64_t r, const RowOf& row_of) const {
  WinogradRows rows{};
  rows.weights = weights;
  rows.bias = bias;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < block_edge; i++) {
    rows.out[i] = row_of(r + i);
  }
  return rows;
}

template <class RowOf, class Windows>
WinogradGradientRows RowSweep::gradient_groups(const Part& part, const Groups& groups, const ComponentSums& sums,
                                               float* bias_gradient, const RowOf& row_of, const Windows& windows) const {
  WinogradGradientRows rows{};
  each_group(groups, [&](int64_t r) {
    windows(r, rows.in[rows.groups]);
    gradient_rows(part, row_of, rings_.zeros, r, rows.delta[rows.groups++]);
  });
  rows.gradient = sums.floats.data();
  rows.bias_gradient = bias_gradient;
  rows.first = sums.first;
  rows.width = columns();
  rows.scratch = scratch_.data();
  return rows;
}

void RowSweep::layer1(const Part& part, int64_t r) {
  WinogradRows rows =
      group_rows(weights_->layer1, network().bias1, r, [&](int64_t at) { return rings_.layer1.row(at); });
  image_windows(part, r, rows.in);
  rows.relu = true;
  kernels_.layer1(rows);
}

void RowSweep::layer2(const Part& part, int64_t r) {
  WinogradRows rows =
      group_rows(weights_->layer2, network().bias2, r, [&](int64_t at) { return rings_.layer2.row(at); });
  layer_windows(part, rings_.layer1, rings_.zeros, r, pad2 * channels1, rows.in);
  rows.relu = true;
  kernels_.layer2(rows);
}

void RowSweep::layer3(const Part& part, int64_t r, float* out) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = rings_.layer2.window(at);
    row.weights[i] = weights3_ + t * tap_row3;
  });
  row.bias = network().bias3;
  row.width = columns();
  row.out = out;
  kernels_.layer3(row);
}

void RowSweep::output_gradient(int64_t r, const float* delta) {
  std::copy(delta, delta + columns(), rings_.output_gradient.row(r));
}

void RowSweep::layer3_weight_gradient(const Part& part, int64_t r, Network& gradient) {
  // The window runs over the output gradient, so the taps come out turned, as the network keeps them.
  WeightGradientRow weights{};
  weights.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    weights.in[i] = rings_.output_gradient.window(at);
    weights.gradient[i] = gradient.turned_weights3 + t * tap_row3;
  });
  weights.delta = rings_.layer2.row(r);
  weights.width = columns();
  kernels_.layer3_weight_gradient(weights);
}

void RowSweep::layer3_data_gradient(const Part& part, int64_t r) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = rings_.output_gradient.window(at);
    row.weights[i] = network().turned_weights3 + t * tap_row3;
  });
  row.gate = row.out = rings_.layer2.row(r);
  row.width = columns();
  kernels_.layer3_data_gradient(row);
}

void RowSweep::layer2_weight_gradient(const Part& part, const Groups& groups, Network& gradient) {
  kernels_.layer2_weight_gradient(gradient_groups(
      part, groups, sums2(), gradient.bias2, [&](int64_t r) { return rings_.layer2.row(r); },
      [&](int64_t r, const float** in) { layer_windows(part, rings_.layer1, rings_.zeros, r, pad2 * channels1, in); }));
}

void RowSweep::layer2_data_gradient(const Part& part, const Groups& groups) {
  each_group(groups, [&](int64_t r) {
    WinogradRows rows = group_rows(weights_->data_gradient2, nullptr, r,
                                   [&](int64_t at) { return rings_.gradient1(groups, at); });
    layer_windows(part, rings_.layer2, rings_.zeros, r, pad2 * channels2, rows.in);
    for (int i = 0; i < block_edge; i++) {
      rows.gate[i] = rings_.layer1.row(r + i);
    }
    kernels_.layer2_data_gradient(rows);
  });
}

void RowSweep::layer1_gradients(const Part& part, const Groups& groups, Network& gradient) {
  kernels_.layer1_weight_gradient(gradient_groups(
      part, groups, sums1(), gradient.bias1, [&](int64_t r) { return rings_.gradient1(groups, r); },
      [&](int64_t r, const float** in) { image_windows(part, r, in); }));
}

Memory RowSweep::memory() const {
  const Memory common = RowSchedule::memory();
  return {common.model + weights_.bytes(), common.activations + rings_.bytes() + scratch_.bytes()};
}

std::unique_ptr<Sweep> RowMethod::sweep(int64_t columns, int64_t) const {
  return std::unique_ptr<Sweep>(new RowSweep(kernels_, model_, columns));
}

}  // namespace cpu
}  // namespace ldct
