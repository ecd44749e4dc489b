#include "cpu/row_schedule.h"

namespace ldct {
namespace cpu {

namespace {

// How many rows the groups of a layer begin behind layer 1's: each waits for the rows below it that it reads.
constexpr int64_t lag_layer2 = rows_a_group;
constexpr int64_t lag_output = lag_layer2 + pad3;
constexpr int64_t lag_gradient2 = lag_output + pad3;
constexpr int64_t lag_gradients = round_up(lag_gradient2 + pad2, rows_a_group);

// Room right of the last row, since windows are read in whole vectors.
constexpr int64_t input_slack = 32;

Alive alive(bool training) {
  const int64_t output_reads = lag_output + pad3;
  if (!training) {
    return {lag_layer2 + pad2 + rows_a_group, output_reads, 0, 0, 0};
  }
  const int64_t gradients_read = lag_gradients + pad2;
  return {gradients_read + rows_a_group, output_reads, output_reads, gradients_read - 2 * pad3, rows_a_group};
}

// Has the group at r a row in the part, or in the image at most `halo` rows away?
bool group_within(const Part& part, int64_t r, int64_t halo) {
  return r >= 0 && r < part.rows && r + rows_a_group > part.begin - halo && r < part.end + halo;
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
  if (component_gradient2_.size() == 0) {
    component_gradient1_ = AlignedFloats(components * component_weights1);
    component_gradient2_ = AlignedFloats(components * component_pitch2);
  }
  first_group_ = true;
}

void RowSchedule::forward(const Part& part, float* output) {
  begin(alive(false));
  const int64_t halo2 = round_up(pad3, rows_a_group), halo1 = round_up(halo2 + pad2, rows_a_group);
  for (int64_t s = std::max<int64_t>(0, part.begin - halo1); s < part.end + lag_output; s += rows_a_group) {
    if (group_within(part, s, halo1)) {
      layer1(part, s);
    }
    if (group_within(part, s - lag_layer2, halo2)) {
      layer2(part, s - lag_layer2);
    }
    for (int64_t r = s - lag_output; r < s - lag_output + rows_a_group; r++) {
      if (within(part, r, 0)) {
        layer3(part, r, output + (r - part.begin) * columns_);
      }
    }
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
  begin(alive(true));
  const int64_t halo2 = round_up(halo_active2, rows_a_group), halo1 = round_up(halo2 + pad2, rows_a_group);
  for (int64_t s = std::max<int64_t>(0, part.begin - halo1); s < part.end + lag_gradients; s += rows_a_group) {
    if (group_within(part, s, halo1)) {
      layer1(part, s);
    }
    if (group_within(part, s - lag_layer2, halo2)) {
      layer2(part, s - lag_layer2);
    }
    for (int64_t r = s - lag_output; r < s - lag_output + rows_a_group; r++) {
      if (within(part, r, halo_output)) {
        layer3(part, r, out_row_.data());
        loss += loss_row(part, r, images[0], gradient_scale, gradient);
        output_gradient(r, delta_row_.data());
      }
    }
    for (int64_t r = s - lag_gradient2; r < s - lag_gradient2 + rows_a_group; r++) {
      if (within(part, r, halo_gradient2)) {
        layer3_gradients(part, r, within(part, r, 0), gradient);
      }
    }
    if (group_within(part, s - lag_gradients, 0)) {
      layer2_gradients(part, s - lag_gradients);
      layer1_gradients(part, s - lag_gradients, gradient);
      first_group_ = false;
    }
  }
  return loss;
}

int64_t RowSchedule::bytes() const {
  const int64_t floats = input_.size() + outside_.size() + out_row_.size() + delta_row_.size() +
                         component_gradient1_.size() + component_gradient2_.size();
  return floats * static_cast<int64_t>(sizeof(float));
}

}  // namespace cpu
}  // namespace ldct
