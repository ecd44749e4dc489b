#include "cpu/row_sweep.h"

#include <algorithm>

namespace ldct {
namespace cpu {

RowSweep::RowSweep(const Kernels& kernels, const Model& model, int64_t columns)
    : RowSchedule(columns),
      kernels_(kernels),
      model_(model),
      weights_(new WinogradWeights()),
      scratch_(winograd_scratch) {}

void RowSweep::allocate_rings(const Alive& rows) {
  auto allocate = [](Ring<float>& ring, int64_t height, int64_t pixels, int channels, int pad) {
    ring.allocate(height, (pixels + 2 * pad) * channels, static_cast<int64_t>(pad) * channels);
  };
  // Layers 1 and 2 read whole blocks.
  const int64_t whole = round_up(columns(), block_edge);
  allocate(active1_, rows.active1, whole, channels1, pad2);
  allocate(active2_, rows.active2, columns(), channels2, pad3);
  allocate(gradient3_, rows.gradient3, columns(), 1, pad3);
  allocate(gradient2_, rows.gradient2, whole, channels2, pad2);
  allocate(gradient1_, rows.gradient1, whole, channels1, 0);
  allocate(zeros_, 1, whole, channels1, pad2);
}

void RowSweep::begin(const Part&, bool training) {
  const Alive rows = alive(training);
  if (active1_.rows() < rows.active1) {
    allocate_rings(rows);
  }
  active1_.use(rows.active1);
  active2_.use(rows.active2);
  if (version_ != model_.version) {
    kernels_.transform_weights(*model_.network, *weights_);
    upright_weights3(*model_.network, weights3_);
    version_ = model_.version;
  }
  if (!training) {
    return;
  }
  if (component_gradient2_.size() == 0) {
    component_gradient1_ = AlignedFloats(components * component_weights1);
    component_gradient2_ = AlignedFloats(components * component_pitch2);
  }
  first_ = true;
}

void RowSweep::end(Network& gradient) {
  kernels_.add_weight_gradient1(component_gradient1_.data(), gradient.weights1);
  kernels_.add_weight_gradient2(component_gradient2_.data(), gradient.weights2);
}

WinogradRows RowSweep::group_rows(const float* weights, const float* bias, const Ring<float>& out, int64_t r) const {
  WinogradRows rows{};
  rows.weights = weights;
  rows.bias = bias;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < block_edge; i++) {
    rows.out[i] = out.row(r + i);
  }
  return rows;
}

WinogradGradientRows RowSweep::group_gradient(const Part& part, const Ring<float>& delta, int64_t r,
                                              float* gradient) const {
  WinogradGradientRows rows{};
  gradient_rows(part, delta, zeros_, r, rows.delta);
  rows.gradient = gradient;
  rows.first = first_;
  rows.width = columns();
  rows.scratch = scratch_.data();
  return rows;
}

void RowSweep::layer1(const Part& part, int64_t r) {
  WinogradRows rows = group_rows(weights_->layer1, model_.network->bias1, active1_, r);
  image_windows(part, r, rows.in);
  rows.relu = true;
  kernels_.layer1(rows);
}

void RowSweep::layer2(const Part& part, int64_t r) {
  WinogradRows rows = group_rows(weights_->layer2, model_.network->bias2, active2_, r);
  layer_windows(part, active1_, zeros_, r, rows.in);
  rows.relu = true;
  kernels_.layer2(rows);
}

void RowSweep::layer3(const Part& part, int64_t r, float* out) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = active2_.window(at);
    row.weights[i] = weights3_ + t * tap_row3;
  });
  row.bias = model_.network->bias3;
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
    row.weights[i] = model_.network->turned_weights3 + t * tap_row3;
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
  WinogradGradientRows weights = group_gradient(part, gradient2_, r, component_gradient2_.data());
  layer_windows(part, active1_, zeros_, r, weights.in);
  kernels_.layer2_weight_gradient(weights);

  WinogradRows rows = group_rows(weights_->data_gradient2, nullptr, gradient1_, r);
  layer_windows(part, gradient2_, zeros_, r, rows.in);
  for (int i = 0; i < block_edge; i++) {
    rows.gate[i] = active1_.row(r + i);
  }
  kernels_.layer2_data_gradient(rows);
}

void RowSweep::layer1_gradients(const Part& part, int64_t r, Network& gradient) {
  WinogradGradientRows weights = group_gradient(part, gradient1_, r, component_gradient1_.data());
  image_windows(part, r, weights.in);
  for (int64_t at = r; at < std::min(r + block_edge, part.end); at++) {
    kernels_.add_pixels(gradient1_.row(at), columns(), channels1, gradient.bias1);
  }
  kernels_.layer1_weight_gradient(weights);
  first_ = false;
}

int64_t RowSweep::bytes() const {
  const int64_t floats = scratch_.size() + component_gradient1_.size() + component_gradient2_.size();
  int64_t total = RowSchedule::bytes() + sizeof(WinogradWeights) + floats * static_cast<int64_t>(sizeof(float));
  for (const Ring<float>* ring : {&active1_, &active2_, &gradient3_, &gradient2_, &gradient1_, &zeros_}) {
    total += ring->bytes();
  }
  return total;
}

std::unique_ptr<Sweep> RowMethod::sweep(int64_t columns) const {
  return std::unique_ptr<Sweep>(new RowSweep(kernels_, model_, columns));
}

}  // namespace cpu
}  // namespace ldct
