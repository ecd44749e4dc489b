#include "cpu/row_schedule.h"

namespace ldct {
namespace cpu {

// Room right of the last row, since windows are read in whole vectors.
constexpr int64_t input_slack = 32;

RowSchedule::RowSchedule(int64_t columns, int64_t group)
    : columns_(columns),
      group_(group),
      input_pitch_(round_up(round_up(columns, group) + 2 * pad1, 16)),
      out_row_(columns),
      delta_row_(columns) {}

void RowSchedule::reserve(const Part& part) {
  first_row_ = first_input_row(part);
  int64_t floats = (end_input_row(part) - first_row_) * input_pitch_ + input_slack;
  if (input_.size() < floats) {
    input_ = AlignedFloats(floats);
  }
}

RowSchedule::Alive RowSchedule::alive(bool training) const {
  const int64_t output_reads = lag_output() + pad3;
  if (!training) {
    return {lag_layer2() + pad2 + group_, output_reads, 0, 0, 0};
  }
  const int64_t gradients_read = lag_gradients() + pad2;
  return {gradients_read + group_, output_reads, output_reads, gradients_read - 2 * pad3, group_};
}

// Has the group at r a row in the part, or in the image at most `halo` rows away?
bool RowSchedule::group_within(const Part& part, int64_t r, int64_t halo) const {
  return r >= 0 && r < part.rows && r + group_ > part.begin - halo && r < part.end + halo;
}

void RowSchedule::forward(const Part& part, float* output) {
  begin(part, false);
  const int64_t halo2 = round_up(pad3, group_), halo1 = round_up(halo2 + pad2, group_);
  for (int64_t s = std::max<int64_t>(0, part.begin - halo1); s < part.end + lag_output(); s += group_) {
    if (group_within(part, s, halo1)) {
      layer1(part, s);
    }
    if (group_within(part, s - lag_layer2(), halo2)) {
      layer2(part, s - lag_layer2());
    }
    for (int64_t r = s - lag_output(); r < s - lag_output() + group_; r++) {
      if (within(part, r, 0)) {
        layer3(part, r, output + (r - part.begin) * columns_);
      }
    }
  }
}

double RowSchedule::loss_row(const Part& part, int64_t r, const float* target, float scale, float* output,
                             Network& gradient) {
  const float* wanted = target + r * columns_;
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
  if (output) {
    std::copy(out, out + columns_, output + r * columns_);
  }
  return loss;
}

double RowSchedule::train(const Part& part, const float* target, float gradient_scale, float* output,
                          Network& gradient) {
  double loss = 0;
  begin(part, true);
  const int64_t halo2 = round_up(halo_active2, group_), halo1 = round_up(halo2 + pad2, group_);
  for (int64_t s = std::max<int64_t>(0, part.begin - halo1); s < part.end + lag_gradients(); s += group_) {
    if (group_within(part, s, halo1)) {
      layer1(part, s);
    }
    if (group_within(part, s - lag_layer2(), halo2)) {
      layer2(part, s - lag_layer2());
    }
    for (int64_t r = s - lag_output(); r < s - lag_output() + group_; r++) {
      if (within(part, r, halo_output)) {
        layer3(part, r, out_row_.data());
        loss += loss_row(part, r, target, gradient_scale, output, gradient);
        output_gradient(r, delta_row_.data());
      }
    }
    for (int64_t r = s - lag_gradient2(); r < s - lag_gradient2() + group_; r++) {
      if (within(part, r, halo_gradient2)) {
        layer3_gradients(part, r, within(part, r, 0), gradient);
      }
    }
    if (group_within(part, s - lag_gradients(), 0)) {
      layer2_gradients(part, s - lag_gradients());
      layer1_gradients(part, s - lag_gradients(), gradient);
    }
  }
  end(gradient);
  return loss;
}

int64_t RowSchedule::bytes() const {
  return (input_.size() + out_row_.size() + delta_row_.size()) * static_cast<int64_t>(sizeof(float));
}

}  // namespace cpu
}  // namespace ldct
