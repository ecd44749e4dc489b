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

}  // namespace

void RowSweep::Ring::allocate(int64_t columns, int channels, int pad) {
  pitch = ((columns + 2 * pad) * channels + 15) / 16 * 16;
  offset = static_cast<int64_t>(pad) * channels;
  floats = AlignedFloats(depth * pitch);
}

RowSweep::RowSweep(const Kernels& kernels, const Model& model, int64_t columns)
    : kernels_(kernels), model_(model), columns_(columns), input_pitch_((columns + 2 * pad1 + 15) / 16 * 16), out_row_(columns) {
  active1_.allocate(columns, channels1, pad2);
  active2_.allocate(columns, channels2, pad3);
  gradient3_.allocate(columns, 1, pad3);
  gradient2_.allocate(columns, channels2, pad2);
  gradient1_.allocate(columns, channels1, 0);
}

void RowSweep::reserve(const Part& part) {
  first_row_ = first_input_row(part);
  int64_t floats = (end_input_row(part) - first_row_) * input_pitch_;
  if (input_.size() < floats) {
    input_ = AlignedFloats(floats);
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
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel2, [&](int i, int t, int64_t at) {
    row.in[i] = active1_.window(at);
    row.weights[i] = model_.network.weights2 + t * tap_row2;
  });
  row.bias = model_.network.bias2;
  row.relu = true;
  row.width = columns_;
  row.out = active2_.row(r);
  kernels_.layer2(row);
}

void RowSweep::layer3(const Part& part, int64_t r, float* out) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = active2_.window(at);
    row.weights[i] = model_.turned.weights3 + t * tap_row3;
  });
  row.bias = model_.network.bias3;
  row.width = columns_;
  row.out = out;
  kernels_.layer3(row);
}

void RowSweep::forward(const Part& part, float* output) {
  int64_t begin = std::max<int64_t>(0, part.begin - pad2 - pad3);
  for (int64_t s = begin; s < part.end + pad2 + pad3; s++) {
    if (within(part, s, pad2 + pad3)) {
      layer1(part, s);
    }
    if (within(part, s - pad2, pad3)) {
      layer2(part, s - pad2);
    }
    int64_t r = s - pad2 - pad3;
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

void RowSweep::layer2_weight_gradient(const Part& part, int64_t r, Network& gradient) {
  WeightGradientRow weights{};
  weights.tap_rows = tap_rows(part, r, kernel2, [&](int i, int t, int64_t at) {
    weights.in[i] = active1_.window(at);
    weights.gradient[i] = gradient.weights2 + t * tap_row2;
  });
  weights.delta = gradient2_.row(r);
  weights.width = columns_;
  kernels_.layer2_weight_gradient(weights);
}

void RowSweep::layer2_data_gradient(const Part& part, int64_t r, Network& gradient) {
  ConvolutionRow row{};
  row.tap_rows = tap_rows(part, r, kernel2, [&](int i, int t, int64_t at) {
    row.in[i] = gradient2_.window(at);
    row.weights[i] = model_.turned.data_gradient2 + t * tap_row2;
  });
  row.gate = active1_.row(r);
  row.width = columns_;
  row.out = gradient1_.row(r);
  kernels_.layer2_data_gradient(row);
  kernels_.add_pixels(row.out, columns_, channels1, gradient.bias1);
  WeightGradientRow weights{};
  weights.tap_rows = tap_rows(part, r, kernel1, [&](int i, int t, int64_t at) {
    weights.in[i] = input_row(at) - pad1;
    weights.gradient[i] = gradient.weights1 + t * tap_row1;
  });
  weights.delta = row.out;
  weights.width = columns_;
  kernels_.layer1_weight_gradient(weights);
}

double RowSweep::train(const Part& part, const float* target, float gradient_scale, float* output,
                    Network& gradient) {
  double loss = 0;
  int64_t begin = std::max<int64_t>(0, part.begin - halo_active1);
  for (int64_t s = begin; s < part.end + halo_active1; s++) {
    // Lags: each row waits until the rows below it that it reads are there.
    int64_t at_layer2 = s - pad2, at_output = at_layer2 - pad3, at_gradient2 = at_output - pad3,
            at_gradient1 = at_gradient2 - pad2;
    if (within(part, s, halo_active1)) {
      layer1(part, s);
    }
    if (within(part, at_layer2, halo_active2)) {
      layer2(part, at_layer2);
    }
    if (within(part, at_output, halo_output)) {
      layer3(part, at_output, out_row_.data());
      loss += output_gradient(part, at_output, target, gradient_scale, output, gradient);
    }
    if (within(part, at_gradient2, halo_gradient2)) {
      layer3_gradients(part, at_gradient2, gradient);
      if (within(part, at_gradient2, 0)) {
        layer2_weight_gradient(part, at_gradient2, gradient);
      }
    }
    if (within(part, at_gradient1, 0)) {
      layer2_data_gradient(part, at_gradient1, gradient);
    }
  }
  return loss;
}

int64_t RowSweep::bytes() const {
  int64_t floats = input_.size() + out_row_.size();
  for (const Ring* ring : {&active1_, &active2_, &gradient3_, &gradient2_, &gradient1_}) {
    floats += ring->floats.size();
  }
  return floats * static_cast<int64_t>(sizeof(float));
}

void RowMethod::prepare(const Network& network, int64_t) {
  model_->network = network;
  turn(model_->network, model_->turned);
}

std::unique_ptr<Sweep> RowMethod::sweep(int64_t columns) const {
  return std::unique_ptr<Sweep>(new RowSweep(kernels_, *model_, columns));
}

}  // namespace cpu
}  // namespace ldct
