#include "cpu/pairs/pair_sweep.h"

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
    : RowSchedule(model, columns), scratch_((scratch_bytes(columns) + 3) / 4) {}

void PairSweep::use_rows(const Alive& rows) {
  if (rings_.hold(rows)) {
    rings_.use(rows);
    return;
  }
  const int64_t pixels = pixels_left + round_up(columns(), pixels_at_once) + pixels_right;
  auto allocate_pairs = [&](Ring<bf16>& ring, int64_t height, int channels) {
    ring.allocate(height, pixels * channels, pixels_left * channels);
  };
  allocate_pairs(rings_.layer1, rows.layer1, channels1);
  allocate_pairs(rings_.layer2, rows.layer2, channels2);
  allocate_pairs(rings_.last_gradient1, rows.last_gradient1, channels1);
  allocate_pairs(rings_.zeros, 1, channels1);
  rings_.output_gradient.allocate(rows.output_gradient, columns() + pad3 + plain_slack, pad3);
}

void PairSweep::end_gradients(Network& gradient) {
  add_weight_gradient2(sums2().floats.data(), gradient.weights2);
  add_weight_gradient1(sums1().floats.data(), gradient.weights1);
}

template <class RowOf>
Rows PairSweep::group_rows(const float* bias, int64_t r, const RowOf& row_of) const {
  Rows rows{};
  rows.bias = bias;
  rows.width = columns();
  rows.scratch = scratch_.data();
  for (int i = 0; i < block_edge; i++) {
    rows.out[i] = row_of(r + i);
  }
  return rows;
}

template <class GradientRows, class RowOf, class Windows, class Visit>
GradientRows PairSweep::gradient_groups(const Part& part, const Groups& groups, const ComponentSums& sums, const RowOf& row_of,
                                        const Windows& windows, const Visit& visit) const {
  GradientRows rows{};
  each_group(groups, [&](int64_t r) {
    windows(r, rows.in[rows.groups]);
    gradient_rows(part, row_of, rings_.zeros, r, rows.delta[rows.groups]);
    for (const bf16* row : rows.delta[rows.groups++]) {
      visit(row);
    }
  });
  rows.gradient = sums.floats.data();
  rows.first = sums.first;
  rows.width = columns();
  rows.scratch = scratch_.data();
  return rows;
}

void PairSweep::layer1(const Part& part, int64_t r) {
  ImageRows image{{}, weights_->layer1, group_rows(weights_->bias1, r, [&](int64_t at) { return rings_.layer1.row(at); })};
  image_windows(part, r, image.in);
  pairs::layer1(image);
}

void PairSweep::layer2(const Part& part, int64_t r) {
  LayerRows layer{{}, weights_->layer2, group_rows(weights_->bias2, r, [&](int64_t at) { return rings_.layer2.row(at); })};
  layer_windows(part, rings_.layer1, rings_.zeros, r, pixels_left * channels1, layer.in);
  pairs::layer2(layer);
}

void PairSweep::layer3(const Part& part, int64_t r, float* out) {
  Output row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = rings_.layer2.window(at);
    row.weights[i] = weights_->layer3 + t * packed_row3;
  });
  row.bias = weights_->bias3;
  row.width = columns();
  row.out = out;
  pairs::layer3(row);
}

void PairSweep::output_gradient(int64_t r, const float* delta) { round_row(delta, columns(), rings_.output_gradient.row(r)); }

void PairSweep::layer3_weight_gradient(const Part& part, int64_t r, Network& gradient) {
  // The window runs over the output gradient, so the taps come out turned, as the network keeps them.
  WeightGradient weights{};
  weights.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    weights.in[i] = rings_.output_gradient.window(at);
    weights.gradient[i] = gradient.turned_weights3 + t * tap_row3;
  });
  weights.delta = rings_.layer2.row(r);
  weights.width = columns();
  pairs::layer3_weight_gradient(weights);
}

void PairSweep::layer3_data_gradient(const Part& part, int64_t r) {
  Convolution row{};
  row.tap_rows = tap_rows(part, r, kernel3, [&](int i, int t, int64_t at) {
    row.in[i] = rings_.output_gradient.window(at);
    row.weights[i] = weights_->gradient3 + t * packed_gradient_row3;
  });
  row.gate = row.out = rings_.layer2.row(r);
  row.width = columns();
  pairs::layer3_data_gradient(row);
}

void PairSweep::layer2_weight_gradient(const Part& part, const Groups& groups, Network& gradient) {
  pairs::layer2_weight_gradient(gradient_groups<LayerGradientRows>(
      part, groups, sums2(), [&](int64_t r) { return rings_.layer2.row(r); },
      [&](int64_t r, const bf16** in) {
        layer_windows(part, rings_.layer1, rings_.zeros, r, pixels_left * channels1, in);
      },
      [&](const bf16* row) { add_pixels2(row, columns(), gradient.bias2); }));
}

void PairSweep::layer2_data_gradient(const Part& part, const Groups& groups) {
  each_group(groups, [&](int64_t r) {
    auto row_of = [&](int64_t at) { return rings_.gradient1(groups, at); };
    LayerRows layer{{}, weights_->gradient2, group_rows(nullptr, r, row_of)};
    layer_windows(part, rings_.layer2, rings_.zeros, r, pixels_left * channels2, layer.in);
    for (int i = 0; i < block_edge; i++) {
      layer.rows.gate[i] = rings_.layer1.row(r + i);
    }
    pairs::layer2_data_gradient(layer);
  });
}

void PairSweep::layer1_gradients(const Part& part, const Groups& groups, Network& gradient) {
  layer1_weight_gradient(gradient_groups<ImageGradientRows>(
      part, groups, sums1(), [&](int64_t r) { return rings_.gradient1(groups, r); },
      [&](int64_t r, const float** in) { image_windows(part, r, in); },
      [&](const bf16* row) { add_pixels1(row, columns(), gradient.bias1); }));
}

Memory PairSweep::memory() const {
  const Memory common = RowSchedule::memory();
  return {common.model + weights_.bytes(), common.activations + rings_.bytes() + scratch_.bytes()};
}

}  // namespace pairs
}  // namespace cpu
}  // namespace ldct
