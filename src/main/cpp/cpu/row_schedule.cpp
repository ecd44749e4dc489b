#include "cpu/row_schedule.h"

namespace ldct {
namespace cpu {
namespace {

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

RowSchedule::RowSchedule(int64_t columns)
    : columns_(columns), input_pitch_((columns + 2 * pad1 + 15) / 16 * 16), out_row_(columns), delta_row_(columns) {}

void RowSchedule::reserve(const Part& part) {
  first_row_ = first_input_row(part);
  int64_t floats = (end_input_row(part) - first_row_) * input_pitch_;
  if (input_.size() < floats) {
    input_ = AlignedFloats(floats);
  }
}

void RowSchedule::forward(const Part& part, float* output) {
  begin(part, false);
  int64_t first = std::max<int64_t>(0, part.begin - pad2 - pad3);
  for (int64_t s = first; s < part.end + lag_output; s++) {
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
  int64_t first = std::max<int64_t>(0, part.begin - halo_active1);
  for (int64_t s = first; s < part.end + lag_pair_gradients; s++) {
    if (within(part, s, halo_active1)) {
      layer1(part, s);
    }
    if (pair_begins(part, s - lag_layer2, halo_active2)) {
      layer2(part, s - lag_layer2);
    }
    if (within(part, s - lag_output, halo_output)) {
      layer3(part, s - lag_output, out_row_.data());
      loss += loss_row(part, s - lag_output, target, gradient_scale, output, gradient);
      output_gradient(s - lag_output, delta_row_.data());
    }
    if (within(part, s - lag_gradient2, halo_gradient2)) {
      layer3_gradients(part, s - lag_gradient2, within(part, s - lag_gradient2, 0), gradient);
    }
    int64_t pair = s - lag_pair_gradients;
    if (pair_begins(part, pair, 0)) {
      layer2_gradients(part, pair);
      for (int64_t r = std::max(pair, part.begin); r < std::min(pair + 2, part.end); r++) {
        layer1_gradients(part, r, gradient);
      }
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
