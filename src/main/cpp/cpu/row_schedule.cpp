#include "cpu/row_schedule.h"

namespace ldct {
namespace cpu {

namespace {

// Rows that a layer computes before the next layer's turn. Where weights, their gradients and the rows that are alive do not
// all fit the second-level cache, what a layer reads of them then comes there once for twice as many pixels. Narrow rows
// without gradients fit.
constexpr int64_t rows_a_step = most_groups * rows_a_group, narrow = 128;
int64_t step(bool training, int64_t columns) { return training || columns >= narrow ? rows_a_step : rows_a_group; }

// How many rows a layer's step begins behind layer 1's: each waits for the rows below it that it reads.
constexpr int64_t lag_layer2 = rows_a_group;
constexpr int64_t lag_output = lag_layer2 + pad3;
constexpr int64_t lag_gradient2 = lag_output + pad3;
constexpr int64_t lag_gradients = round_up(lag_gradient2 + pad2, rows_a_group);

// Room right of the last row, since windows are read in whole vectors.
constexpr int64_t input_slack = 32;

Alive alive(bool training, int64_t step) {
  const int64_t around_output = step + 2 * pad3;
  if (!training) {
    return {step + lag_layer2 + pad2, around_output, 0, 0};
  }
  return {step + lag_gradients + pad2, step + lag_gradients - lag_layer2 + pad2, around_output, 1};
}

// Those of the `step` rows from `begin` on whose group has a row in the part, or in the image at most `halo` rows away.
Groups groups_within(const Part& part, int64_t begin, int64_t step, int64_t halo) {
  const int64_t first = std::max<int64_t>(0, part.begin - halo) / rows_a_group * rows_a_group;
  return {std::max(begin, first), std::min({begin + step, part.rows, part.end + halo})};
}

// Visits those of the `step` rows from `begin` on that are in the part or at most `halo` rows of the image away from it.
template <class Visit>
void each_row(const Part& part, int64_t begin, int64_t step, int64_t halo, const Visit& visit) {
  for (int64_t r = begin; r < begin + step; r++) {
    if (within(part, r, halo)) {
      visit(r);
    }
  }
}

}  // namespace

RowSchedule::RowSchedule(const Model& model, int64_t columns)
    : model_(model),
      columns_(columns),
      input_pitch_(round_up(round_up(columns, rows_a_group) + 2 * pad1, 16)),
      outside_(input_pitch_ + input_slack),
      out_row_(columns),
      delta_row_(columns) {}

void RowSchedule::image_windows(const Part& part, int64_t r, const float** in) {
  for (int64_t at = r - pad1; at < r + block_edge + pad1; at++) {
    *in++ = at >= 0 && at < part.rows ? input_row(0, at) - pad1 : outside_.data();
  }
}

void RowSchedule::reserve(const Part& part) {
  first_row_ = first_input_row(part);
  int64_t floats = (end_input_row(part) - first_row_) * input_pitch_ + input_slack;
  if (input_.size() < floats) {
    input_ = AlignedFloats(floats);
  }
}

void RowSchedule::begin(const Alive& rows) {
  use_rows(rows);
  if (version_ != model_.version) {
    transform_weights(*model_.network);
    version_ = model_.version;
  }
}

void RowSchedule::begin_gradients() {
  if (sums2_.floats.size() == 0) {
    sums1_.floats = AlignedFloats(components * component_weights1);
    sums2_.floats = AlignedFloats(components * component_pitch2);
  }
  sums1_.first = sums2_.first = true;
}

void RowSchedule::forward(const Part& part, float* output) {
  const int64_t rows = step(false, columns_);
  begin(alive(false, rows));
  const int64_t halo2 = round_up(pad3, rows_a_group), halo1 = round_up(halo2 + pad2, rows_a_group);
  for (int64_t s = std::max<int64_t>(0, part.begin - halo1); s < part.end + lag_output; s += rows) {
    each_group(groups_within(part, s, rows, halo1), [&](int64_t r) { layer1(part, r); });
    each_group(groups_within(part, s - lag_layer2, rows, halo2), [&](int64_t r) { layer2(part, r); });
    each_row(part, s - lag_output, rows, 0,
             [&](int64_t r) { layer3(part, r, output + (r - part.begin) * columns_); });
  }
}

double RowSchedule::loss_row(const Part& part, int64_t r, const TrainingImage& image, float scale, Network& gradient) {
  const float* wanted = image.target + r * columns_;
  const float* out = out_row_.data();
  float* delta = delta_row_.data();
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
  if (image.output) {
    std::copy(out, out + columns_, image.output + r * columns_);
  }
  return loss;
}

double RowSchedule::train(const Part& part, const std::vector<TrainingImage>& images, float gradient_scale,
                          Network& gradient) {
  double loss = 0;
  const int64_t rows = step(true, columns_);
  begin(alive(true, rows));
  const int64_t halo2 = round_up(halo_active2, rows_a_group), halo1 = round_up(halo2 + pad2, rows_a_group);
  for (int64_t s = std::max<int64_t>(0, part.begin - halo1); s < part.end + lag_gradients; s += rows) {
    each_group(groups_within(part, s, rows, halo1), [&](int64_t r) { layer1(part, r); });
    each_group(groups_within(part, s - lag_layer2, rows, halo2), [&](int64_t r) { layer2(part, r); });
    each_row(part, s - lag_output, rows, halo_output, [&](int64_t r) {
      layer3(part, r, out_row_.data());
      loss += loss_row(part, r, images[0], gradient_scale, gradient);
      output_gradient(r, delta_row_.data());
    });
    each_row(part, s - lag_gradient2, rows, halo_gradient2, [&](int64_t r) {
      if (within(part, r, 0)) {
        layer3_weight_gradient(part, r, gradient);
      }
      layer3_data_gradient(part, r);
    });
    const Groups groups = groups_within(part, s - lag_gradients, rows, 0);
    if (groups.count() > 0) {
      layer2_weight_gradient(part, groups, gradient);
      layer2_data_gradient(part, groups);
      layer1_gradients(part, groups, gradient);
      sums1_.first = sums2_.first = false;
    }
  }
  return loss;
}

Memory RowSchedule::memory() const {
  return {sums1_.floats.bytes() + sums2_.floats.bytes(),
          input_.bytes() + outside_.bytes() + out_row_.bytes() + delta_row_.bytes()};
}

}  // namespace cpu
}  // namespace ldct
