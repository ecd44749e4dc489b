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

PairSweep::PairSweep(const Model& model, int64_t columns)
    : RowSchedule(model, columns), weights_(new Weights()), scratch_((winograd_bytes + 3) / 4) {}

void PairSweep::use_rows(const Alive& rows) {
  if (rings_.hold(rows)) {
    rings_.use(rows);
    return;
  }
  const int64_t pixels = pixels_left + round_up(columns(), pixels_at_once) + pixels_right;
  auto allocate_pairs = [&](Ring<bf16>& ring, int64_t height, int channels) {
    ring.allocate(height, pixels * channels, pixels_left * channels);
  };
  allocate_pairs(rings_.active1, rows.active1, channels1);
  allocate_pairs(rings_.active2, rows.active2, channels2);
  allocate_pairs(rings_.gradient2, rows.gradient2, channels2);
  allocate_pairs(rings_.gradient1, rows.gradient1, channels1);
  allocate_pairs(rings_.zeros, 1, channels1);
  rings_.gradient3.allocate(rows.gradient3, columns() + pad3 + plain_slack, pad3);
}

void PairSweep::begin_gradients() {
  RowSchedule::begin_gradients();
  if (blocks_memory_.size() == 0) {
    blocks_memory_ = AlignedFloats(components * (blocks_in_pitch + blocks_delta_pitch) / 2);
  }
  bf16* memory = reinterpret_cast<bf16*>(blocks_memory_.data());
  blocks_ = {0, memory, memory + components * blocks_in_pitch, sums2().floats.data(), true};
}

void PairSweep::end_gradients(Network& gradient) {
  sum_up(blocks_);
  add_weight_gradient2(sums2().floats.data(), gradient.weights2);
  add_weight_gradient1(sums1().floats.data(), gradient.weights1);
}

Rows PairSweep::group_rows(const float* bias, const Ring<bf16>& out, int64_t r) const {
  Rows rows{};
  rows.bias = bias;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < block_edge; i++) {
    rows.out[i] = out.row(r + i);
  }
  return rows;
}

void PairSweep::layer1(const Part& part, int64_t r) {
  ImageRows image{{}, weights_->layer1, group_rows(weights_->bias1, rings_.active1, r)};
  image_windows(part, r, image.in);
  pairs::layer1(image);
}

void PairSweep::layer2(const Part& part, int64_t r) {
  LayerRows layer{{}, weights_->layer2, group_rows(weights_->bias2, rings_.active2, r)};
  layer_windows(part, rings_.active1, rings_.zeros, r, layer.in);
  pairs::layer2(layer);
}

void PairSweep::layer3(const Part& part, int64_t r, float* out) {
  Output row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = rings_.active2.window(at);
    row.weights[i] = weights_->layer3 + t * packed_row3;
  });
  row.bias = weights_->bias3;
  row.width = columns();
  row.out = out;
  pairs::layer3(row);
}

void PairSweep::output_gradient(int64_t r, const float* delta) { round_row(delta, columns(), rings_.gradient3.row(r)); }

void PairSweep::layer3_gradients(const Part& part, int64_t r, bool share, Network& gradient) {
  Convolution row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = rings_.gradient3.window(at);
    row.weights[i] = weights_->gradient3 + t * packed_gradient_row3;
  });
  row.gate = rings_.active2.row(r);
  row.width = columns();
  row.out = rings_.gradient2.row(r);
  layer3_data_gradient(row);
  if (!share) {
    return;
  }
  add_pixels2(row.out, columns(), gradient.bias2);
  // The window runs over the output gradient, so the taps come out turned, as the network keeps them.
  WeightGradient weights{};
  weights.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    weights.in[i] = rings_.gradient3.window(at);
    weights.gradient[i] = gradient.turned_weights3 + t * tap_row3;
  });
  weights.delta = rings_.active2.row(r);
  weights.width = columns();
  layer3_weight_gradient(weights);
}

void PairSweep::layer2_weight_gradient(const Part& part, int64_t r) {
  LayerGradientRows weights{};
  layer_windows(part, rings_.active1, rings_.zeros, r, weights.in);
  gradient_rows(part, rings_.gradient2, rings_.zeros, r, weights.delta);
  weights.width = columns();
  pairs::layer2_weight_gradient(weights, blocks_);
}

void PairSweep::layer2_data_gradient(const Part& part, int64_t r) {
  LayerRows layer{{}, weights_->gradient2, group_rows(nullptr, rings_.gradient1, r)};
  layer_windows(part, rings_.gradient2, rings_.zeros, r, layer.in);
  for (int i = 0; i < block_edge; i++) {
    layer.rows.gate[i] = rings_.active1.row(r + i);
  }
  pairs::layer2_data_gradient(layer);
}

void PairSweep::layer1_gradients(const Part& part, int64_t r, Network& gradient) {
  for (int64_t at = r; at < std::min(r + block_edge, part.end); at++) {
    add_pixels1(rings_.gradient1.row(at), columns(), gradient.bias1);
  }
  ImageGradientRows weights{};
  image_windows(part, r, weights.in);
  gradient_rows(part, rings_.gradient1, rings_.zeros, r, weights.delta);
  weights.gradient = sums1().floats.data();
  weights.first = sums1().first;
  weights.width = columns();
  weights.scratch = scratch_.data();
  layer1_weight_gradient(weights);
}

int64_t PairSweep::bytes() const {
  const int64_t floats = scratch_.size() + blocks_memory_.size();
  return RowSchedule::bytes() + rings_.bytes() + sizeof(Weights) + floats * static_cast<int64_t>(sizeof(float));
}

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
