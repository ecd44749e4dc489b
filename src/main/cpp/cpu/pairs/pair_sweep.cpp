#include "cpu/pairs/pair_sweep.h"

#include <algorithm>

namespace ldct {
namespace cpu {
namespace pairs {
namespace {

// One pair left of a row, and right of it what kernels read of the last block of 16 pixels that they begin.
constexpr int64_t pixels_left = 2, pixels_right = 4, pixels_at_once = 16;
// Values right of a row of one channel: of its last windows, and of those that even it up.
constexpr int64_t plain_slack = 32;

}  // namespace

PairSweep::PairSweep(const Weights& weights, int64_t columns)
    : RowSchedule(columns, 2), weights_(weights), scratch_((winograd_bytes + 3) / 4) {
  const int64_t pixels = pixels_left + round_up(columns, pixels_at_once) + pixels_right;
  auto allocate_pairs = [&](Ring<bf16>& ring, int64_t rows, int channels) {
    ring.allocate(rows, pixels * channels, pixels_left * channels);
  };
  const Alive rows = alive(true);
  allocate_pairs(active1_, rows.active1, channels1);
  allocate_pairs(active2_, rows.active2, channels2);
  allocate_pairs(gradient2_, rows.gradient2, channels2);
  allocate_pairs(gradient1_, rows.gradient1, channels1);
  allocate_pairs(zeros_, 1, channels1);
  gradient3_.allocate(rows.gradient3, columns + pad3 + plain_slack, pad3);
}

void PairSweep::begin(const Part& part, bool training) {
  first_row_ = first_input_row(part);
  const int64_t rows = end_input_row(part) - first_row_;
  if (input_.rows() < rows) {
    input_.allocate(rows, columns() + pad1 + plain_slack, pad1);
  }
  for (int64_t r = 0; r < rows; r++) {
    round_row(input_row(first_row_ + r), columns(), input_.row(r));
  }
  if (!training) {
    return;
  }
  if (component_gradient2_.size() == 0) {
    component_gradient2_ = AlignedFloats(components * component_weights2);
    blocks_memory_ = AlignedFloats(components * (blocks_in_pitch + blocks_delta_pitch) / 2);
    bf16* memory = reinterpret_cast<bf16*>(blocks_memory_.data());
    blocks_ = {0, memory, memory + components * blocks_in_pitch, component_gradient2_.data()};
  }
  std::fill_n(component_gradient2_.data(), component_gradient2_.size(), 0.0f);
}

void PairSweep::end(Network& gradient) {
  sum_up(blocks_);
  add_weight_gradient2(component_gradient2_.data(), gradient.weights2);
}

void PairSweep::windows(const Part& part, const Ring<bf16>& ring, int64_t r, const bf16* in[4]) const {
  for (int i = 0; i < 4; i++) {
    const int64_t at = r - pad2 + i;
    in[i] = at >= 0 && at < part.rows ? ring.window(at) : zeros_.window(0);
  }
}

void PairSweep::layer1(const Part& part, int64_t r) {
  for (int64_t at = r; at < std::min(r + group(), part.rows); at++) {
    layer1_row(part, at);
  }
}

void PairSweep::layer1_row(const Part& part, int64_t r) {
  Convolution row{};
  row.tap_rows = tap_rows(part, r, kernel1, [&](int i, int t, int64_t at) {
    row.in[i] = input_.window(at - first_row_);
    row.weights[i] = weights_.layer1 + t * packed_row1;
  });
  row.bias = weights_.bias1;
  row.width = columns();
  row.out = active1_.row(r);
  pairs::layer1(row);
}

void PairSweep::layer2(const Part& part, int64_t r) {
  Winograd rows{};
  windows(part, active1_, r, rows.in);
  rows.weights = weights_.layer2;
  rows.bias = weights_.bias2;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < 2; i++) {
    rows.out[i] = active2_.row(r + i);
  }
  pairs::layer2(rows);
}

void PairSweep::layer3(const Part& part, int64_t r, float* out) {
  Output row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = active2_.window(at);
    row.weights[i] = weights_.layer3 + t * packed_row3;
  });
  row.bias = weights_.bias3;
  row.width = columns();
  row.out = out;
  pairs::layer3(row);
}

void PairSweep::output_gradient(int64_t r, const float* delta) { round_row(delta, columns(), gradient3_.row(r)); }

void PairSweep::layer3_gradients(const Part& part, int64_t r, bool share, Network& gradient) {
  Convolution row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = gradient3_.window(at);
    row.weights[i] = weights_.gradient3 + t * packed_gradient_row3;
  });
  row.gate = active2_.row(r);
  row.width = columns();
  row.out = gradient2_.row(r);
  layer3_data_gradient(row);
  if (!share) {
    return;
  }
  add_pixels2(row.out, columns(), gradient.bias2);
  // The window runs over the output gradient, so the taps come out turned, as the network keeps them.
  WeightGradient weights{};
  weights.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    weights.in[i] = gradient3_.window(at);
    weights.gradient[i] = gradient.turned_weights3 + t * tap_row3;
  });
  weights.delta = active2_.row(r);
  weights.width = columns();
  layer3_weight_gradient(weights);
}

void PairSweep::layer2_gradients(const Part& part, int64_t r) {
  WinogradGradient weights{};
  windows(part, active1_, r, weights.in);
  for (int i = 0; i < 2; i++) {
    weights.delta[i] = within(part, r + i, 0) ? gradient2_.row(r + i) : zeros_.row(0);
  }
  weights.width = columns();
  layer2_weight_gradient(weights, blocks_);

  Winograd rows{};
  windows(part, gradient2_, r, rows.in);
  rows.weights = weights_.gradient2;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < 2; i++) {
    rows.gate[i] = active1_.row(r + i);
    rows.out[i] = gradient1_.row(r + i);
  }
  layer2_data_gradient(rows);
}

void PairSweep::layer1_gradients(const Part& part, int64_t r, Network& gradient) {
  for (int64_t at = r; at < std::min(r + group(), part.end); at++) {
    layer1_row_gradients(part, at, gradient);
  }
}

void PairSweep::layer1_row_gradients(const Part& part, int64_t r, Network& gradient) {
  WeightGradient weights{};
  weights.tap_rows = tap_rows(part, r, kernel1, [&](int i, int t, int64_t at) {
    weights.in[i] = input_.window(at - first_row_);
    weights.gradient[i] = gradient.weights1 + t * tap_row1;
  });
  weights.delta = gradient1_.row(r);
  weights.width = columns();
  add_pixels1(weights.delta, columns(), gradient.bias1);
  layer1_weight_gradient(weights);
}

int64_t PairSweep::bytes() const {
  const int64_t floats = scratch_.size() + blocks_memory_.size() + component_gradient2_.size();
  int64_t total = RowSchedule::bytes() + floats * static_cast<int64_t>(sizeof(float));
  for (const Ring<bf16>* ring : {&input_, &active1_, &active2_, &gradient3_, &gradient2_, &gradient1_, &zeros_}) {
    total += ring->bytes();
  }
  return total;
}

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
