#include "cpu/sweep.h"

#include <algorithm>

namespace ldct {
namespace cpu {
namespace {

bool within(const Part& part, int64_t r, int64_t halo) {
  return r >= std::max<int64_t>(0, part.begin - halo) && r < std::min(part.rows, part.end + halo);
}

// Lists the kernel's tap rows that lie inside the image: visit(index, tap row, image row).
template <class Visit>
int tap_rows(const Part& part, int64_t r, int kernel, const Visit& visit) {
  int n = 0;
  for (int t = 0; t < kernel; t++) {
    int64_t at = r + t - kernel / 2;
    if (at >= 0 && at < part.rows) {
      visit(n++, t, at);
    }
  }
  return n;
}

// Layer 2 takes pairs of rows, an even one and the next, in every part alike, since the two are rounded
// differently. Does a pair begin here that has a row within the halo?
bool pair_begins(const Part& part, int64_t r, int64_t halo) {
  return r % 2 == 0 && (within(part, r, halo) || within(part, r + 1, halo));
}

// How many rows a layer is behind layer 1: each row waits for the rows below it that it reads, and for
// the end of the pair these are in.
constexpr int64_t lag_layer2 = 1 + pad2, lag_output = lag_layer2 + pad3, lag_gradient2 = lag_output + pad3,
                  lag_pair_gradients = lag_gradient2 + 1 + pad2;

}  // namespace

void RowSweep::Ring::allocate(int64_t rows, int64_t columns, int channels, int pad) {
  depth = rows;
  pitch = ((columns + 2 * pad) * channels + 15) / 16 * 16;
  offset = static_cast<int64_t>(pad) * channels;
  floats = AlignedFloats(depth * pitch);
}

RowSweep::RowSweep(const Kernels& kernels, const Model& model, int64_t columns)
    : kernels_(kernels), model_(model), columns_(columns), input_pitch_((columns + 2 * pad1 + 15) / 16 * 16), out_row_(columns) {
  // As many rows as are alive at a time; layer 2 reads whole pairs of columns.
  const int64_t even = (columns + 1) / 2 * 2;
  active1_.allocate(10, even, channels1, pad2);
  active2_.allocate(6, columns, channels2, pad3);
  gradient3_.allocate(5, columns, 1, pad3);
  gradient2_.allocate(4, even, channels2, pad2);
  gradient1_.allocate(2, columns, channels1, 0);
  zeros_ = AlignedFloats(active1_.pitch);
  scratch_ = AlignedFloats(winograd_scratch);
}

void RowSweep::reserve(const Part& part) {
  first_row_ = first_input_row(part);
  int64_t floats = (end_input_row(part) - first_row_) * input_pitch_;
  if (input_.size() < floats) {
    input_ = AlignedFloats(floats);
  }
}

void RowSweep::windows(const Part& part, const Ring& ring, int64_t r, const float* in[4]) const {
  for (int i = 0; i < 4; i++) {
    const int64_t at = r - pad2 + i;
    in[i] = at >= 0 && at < part.rows ? ring.window(at) : zeros_.data();
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
  row.width = columns_;
  row.out = active1_.row(r);
  kernels_.layer1(row);
}

void RowSweep::layer2(const Part& part, int64_t r) {
  WinogradRows rows{};
  windows(part, active1_, r, rows.in);
  rows.weights = model_.weights2.forward;
  rows.bias = model_.network.bias2;
  rows.relu = true;
  rows.width = columns_;
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
  row.width = columns_;
  row.out = out;
  kernels_.layer3(row);
}

void RowSweep::forward(const Part& part, float* output) {
  int64_t begin = std::max<int64_t>(0, part.begin - pad2 - pad3);
  for (int64_t s = begin; s < part.end + lag_output; s++) {
    if (within(part, s, pad2 + pad3)) {
      layer1(part, s);
    }
    if (pair_begins(part, s - lag_layer2, pad3)) {
      layer2(part, s - lag_layer2);
    }
    int64_t r = s - lag_output;
    if (within(part, r, 0)) {
      layer3(part, r, output + (r - part.begin) * columns_);
    }
  }
}

double RowSweep::output_gradient(const Part& part, int64_t r, const float* target, float scale, float* output,
                              Network& gradient) {
  const float* wanted = target + r * columns_;
  const float* out = out_row_.data();
  float* delta = gradient3_.row(r);
  double loss = 0, total = 0;
  for (int64_t c = 0; c < columns_; c++) {
    float difference = out[c] - wanted[c];
    delta[c] = scale * difference;
    loss += static_cast<double>(difference) * static_cast<double>(difference);
    total += static_cast<double>(delta[c]);
  }
  if (!within(part, r, 0)) {
    return 0;
  }
  gradient.bias3[0] += static_cast<float>(total);
  if (output) {
    std::copy(out, out + columns_, output + r * columns_);
  }
  return loss;
}

void RowSweep::layer3_gradients(const Part& part, int64_t r, Network& gradient) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = gradient3_.window(at);
    row.weights[i] = model_.network.turned_weights3 + t * tap_row3;
  });
  row.gate = active2_.row(r);
  row.width = columns_;
  row.out = gradient2_.row(r);
  kernels_.layer3_data_gradient(row);
  if (!within(part, r, 0)) {
    return;
  }
  kernels_.add_pixels(row.out, columns_, channels2, gradient.bias2);
  // The window runs over the output gradient, so the taps come out turned, as the network keeps them.
  WeightGradientRow weights{};
  weights.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    weights.in[i] = gradient3_.window(at);
    weights.gradient[i] = gradient.turned_weights3 + t * tap_row3;
  });
  weights.delta = active2_.row(r);
  weights.width = columns_;
  kernels_.layer3_weight_gradient(weights);
}

void RowSweep::layer2_weight_gradient(const Part& part, int64_t r) {
  WinogradGradientRows rows{};
  windows(part, active1_, r, rows.in);
  for (int i = 0; i < 2; i++) {
    rows.delta[i] = within(part, r + i, 0) ? gradient2_.row(r + i) : zeros_.data();
  }
  rows.gradient = component_gradient2_.data();
  rows.width = columns_;
  rows.scratch = scratch_.data();
  kernels_.layer2_weight_gradient(rows);
}

void RowSweep::layer2_data_gradient(const Part& part, int64_t r) {
  WinogradRows rows{};
  windows(part, gradient2_, r, rows.in);
  rows.weights = model_.weights2.data_gradient;
  rows.width = columns_;
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
  weights.width = columns_;
  kernels_.add_pixels(weights.delta, columns_, channels1, gradient.bias1);
  kernels_.layer1_weight_gradient(weights);
}

double RowSweep::train(const Part& part, const float* target, float gradient_scale, float* output,
                    Network& gradient) {
  double loss = 0;
  if (component_gradient2_.size() == 0) {
    component_gradient2_ = AlignedFloats(components * component_weights2);
  }
  std::fill_n(component_gradient2_.data(), component_gradient2_.size(), 0.0f);
  int64_t begin = std::max<int64_t>(0, part.begin - halo_active1);
  for (int64_t s = begin; s < part.end + lag_pair_gradients; s++) {
    if (within(part, s, halo_active1)) {
      layer1(part, s);
    }
    if (pair_begins(part, s - lag_layer2, halo_active2)) {
      layer2(part, s - lag_layer2);
    }
    if (within(part, s - lag_output, halo_output)) {
      layer3(part, s - lag_output, out_row_.data());
      loss += output_gradient(part, s - lag_output, target, gradient_scale, output, gradient);
    }
    if (within(part, s - lag_gradient2, halo_gradient2)) {
      layer3_gradients(part, s - lag_gradient2, gradient);
    }
    int64_t pair = s - lag_pair_gradients;
    if (pair_begins(part, pair, 0)) {
      layer2_weight_gradient(part, pair);
      layer2_data_gradient(part, pair);
      for (int64_t r = std::max(pair, part.begin); r < std::min(pair + 2, part.end); r++) {
        layer1_gradients(part, r, gradient);
      }
    }
  }
  add_weight_gradient(component_gradient2_.data(), gradient.weights2);
  return loss;
}

int64_t RowSweep::bytes() const {
  int64_t floats = input_.size() + out_row_.size() + zeros_.size() + scratch_.size() + component_gradient2_.size();
  for (const Ring* ring : {&active1_, &active2_, &gradient3_, &gradient2_, &gradient1_}) {
    floats += ring->floats.size();
  }
  return floats * static_cast<int64_t>(sizeof(float));
}

void RowMethod::prepare(const Network& network, int64_t piece) {
  if (piece == 0) {
    model_->network = network;
    upright_weights3(network, model_->weights3);
  }
  transform_weights(network.weights2, piece, model_->weights2);
}

std::unique_ptr<Sweep> RowMethod::sweep(int64_t columns) const {
  return std::unique_ptr<Sweep>(new RowSweep(kernels_, *model_, columns));
}

}  // namespace cpu
}  // namespace ldct
