#include "cpu/amx/tile_sweep.h"

#include <algorithm>
#include <cstring>

namespace ldct {
namespace cpu {
namespace amx {
namespace {

// Pixels of a block of rows: enough to pay for loading the sums of the weight gradients, few enough
// for the second-level cache.
template <int planes>
constexpr int64_t pixels_a_block = planes == 1 ? 256 : 128;
constexpr int64_t lag = halo_active1;  // rows between the first and the last layer's front
constexpr int64_t gap = pad1;          // zeros between two images
// Wider rows of several images would not leave the second-level cache room for blocks of rows.
constexpr int64_t widest_row_of_images = 256;

int64_t row_width(int64_t columns, int64_t images) { return images * (columns + gap) - gap; }

}  // namespace

void PlaneRing::allocate(int planes, int64_t rows, int64_t pitch, int64_t offset, int64_t slack) {
  rows_ = rows;
  pitch_ = pitch;
  offset_ = offset;
  plane_ = round_up(rows * pitch + slack, 32);
  memory_ = AlignedFloats(planes * plane_ / 2);
}

void FloatRing::allocate(int64_t rows, int64_t pitch, int64_t offset) {
  rows_ = rows;
  pitch_ = pitch;
  offset_ = offset;
  memory_ = AlignedFloats(rows * pitch);
}

template <int planes>
TileSweep<planes>::TileSweep(const TileWeights<planes>& weights, int64_t columns, int64_t images)
    : weights_(weights),
      columns_(columns),
      images_(images),
      image_pitch_(columns + gap),
      width_(row_width(columns, images)),
      padded_(round_up(width_, block_pixels)),
      block_(std::min<int64_t>(16, std::max<int64_t>(1, pixels_a_block<planes> / padded_))),
      input_pitch_(padded_ + 64),
      out_row_(padded_),
      inside_(static_cast<size_t>(padded_ / block_pixels)) {
  for (int64_t x = 0; x < width_; x++) {
    if (x % image_pitch_ < columns_) {
      inside_[static_cast<size_t>(x / block_pixels)] |= uint32_t{1} << x % block_pixels;
    }
  }
  const int64_t depth = block_ + lag + 1;
  strip_.allocate(planes, 1, (padded_ + 32) * strip1, 0, 0);
  active1_.allocate(planes, depth, (padded_ + 4) * channels1, pad2 * channels1, 0);
  active2_.allocate(planes, block_ + 2 * pad3 + 1, (padded_ + 8) * channels2, pad3 * channels2, 0);
  partial_.allocate(block_ + 2 * pad3 + 1, padded_ * partial_sums, 0);
}

template <int planes>
void TileSweep<planes>::begin_gradients() {
  if (sums_.size() > 0) {
    std::memset(sums_.data(), 0, sizeof(TileGradients));
    return;
  }
  const int64_t depth = block_ + lag + 1;
  active1_pairs_.allocate(planes, depth, padded_ * channels1, 0, 0);
  active2_pairs_.allocate(planes, block_ + 2 * pad3 + 1, padded_ * channels2, 0, 0);
  delta_.allocate(block_ + 2 * pad3 + 1, padded_ + 64, pad3);
  gradient2_.allocate(planes, block_ + 2 * pad2 + 1, (padded_ + 4) * channels2, pad2 * channels2, 0);
  gradient2_planar_.allocate(planes, block_ + 2 * pad2 + 1, kernel2 * padded_ * channels2, 0, 0);
  gradient1_pairs_.allocate(planes, block_, padded_ * channels1, 0, 0);
  shifted1_.allocate(planes, block_ + 2 * pad1, kernel1 * padded_, 0, 16 * padded_);
  shifted3_.allocate(planes, block_ + 2 * pad3, kernel3 * padded_, 0, 16 * padded_);
  shift_scratch_.allocate(planes, 1, padded_ + 64, 0, 0);
  left_.resize(static_cast<size_t>(block_ + 2 * pad2));
  right_.resize(static_cast<size_t>(block_));
  sums_ = Apart<TileGradients>(1);
}

template <int planes>
Memory TileSweep<planes>::memory() const {
  int64_t activations = input_.bytes() + out_row_.bytes() + partial_.bytes() + delta_.bytes();
  for (const PlaneRing* ring : {&strip_, &shift_scratch_, &shifted1_, &shifted3_, &active1_, &active1_pairs_, &active2_,
                                &active2_pairs_, &gradient2_, &gradient2_planar_, &gradient1_pairs_}) {
    activations += ring->bytes();
  }
  return {sums_.bytes(), activations};
}

template <int planes>
typename TileSweep<planes>::Rows TileSweep<planes>::rows(const Part& part, int64_t begin, int64_t end, int64_t halo) {
  return {std::max({begin, int64_t{0}, part.begin - halo}), std::min({end, part.rows, part.end + halo})};
}

template <int planes>
void TileSweep<planes>::reserve(const Part& part) {
  first_row_ = first_input_row(part);
  int64_t floats = (end_input_row(part) - first_row_) * input_pitch_;
  if (input_.size() < floats) {
    input_ = AlignedFloats(floats);
  }
}

template <int planes>
void TileSweep<planes>::layer1(const Part& part, int64_t r, bool with_pairs) {
  StripRow strip{};
  for (int t = 0; t < kernel1; t++) {
    int64_t at = r + t - pad1;
    strip.rows[t] = at >= 0 && at < part.rows ? input_at(at) - pad1 : nullptr;
  }
  strip.pixels = round_up(width_, 16) + 16;
  strip.out = strip_.planes(0);
  Kernels::strip_9(strip);
  Convolution c{};
  c.tap_rows = 1;
  c.in[0] = strip.out.at;
  c.in_plane = strip.out.plane;
  c.weights[0] = weights_.layer1[0];
  c.weights_plane = layer1_tiles * weight_tile;
  c.bias = weights_.bias1;
  c.width = width_;
  c.inside = inside_.data();
  c.pixels = active1_.planes(r);
  if (with_pairs) {
    c.pairs = active1_pairs_.planes(r);
    c.pairs_group = padded_ * 32;
  }
  Kernels::layer1(c);
}

template <int planes>
void TileSweep<planes>::layer2(const Part& part, int64_t r, bool with_pairs) {
  Convolution c{};
  for (int t = 0; t < kernel2; t++) {
    int64_t at = r + t - pad2;
    if (at >= 0 && at < part.rows) {
      c.in[c.tap_rows] = active1_.row(at) - pad2 * channels1;
      c.weights[c.tap_rows++] = weights_.layer2[0] + t * (layer2_tiles / kernel2) * weight_tile;
    }
  }
  c.in_plane = active1_.plane();
  c.weights_plane = layer2_tiles * weight_tile;
  c.bias = weights_.bias2;
  c.width = width_;
  c.inside = inside_.data();
  c.pixels = active2_.planes(r);
  if (with_pairs) {
    c.pairs = active2_pairs_.planes(r);
  }
  Kernels::layer2(c);
}

template <int planes>
void TileSweep<planes>::layer3(int64_t r) {
  Convolution c{};
  c.tap_rows = 1;
  c.in[0] = active2_.row(r) - pad3 * channels2;
  c.in_plane = active2_.plane();
  c.weights[0] = weights_.layer3[0];
  c.weights_plane = layer3_tiles * weight_tile;
  c.width = width_;
  c.partial = partial_.row(r);
  Kernels::layer3(c);
}

template <int planes>
void TileSweep<planes>::output_row(const Part& part, int64_t r, int64_t width, float* out) {
  OutputRow row{};
  for (int t = 0; t < kernel3; t++) {
    int64_t at = r + t - pad3;
    row.partial[t] = at >= 0 && at < part.rows ? partial_.row(at) : nullptr;
  }
  row.bias = weights_.bias3;
  row.width = width;
  row.out = out;
  Kernels::output(row);
}

template <int planes>
void TileSweep<planes>::forward(const Part& part, float* output) {
  Kernels::begin();
  const int64_t first = std::max<int64_t>(0, part.begin - pad2 - pad3);
  for (int64_t s = first; s < part.end + pad2 + pad3; s += block_) {
    Rows block = rows(part, s, s + block_, pad2 + pad3);
    for (int64_t r = block.begin; r < block.end; r++) {
      layer1(part, r, false);
    }
    block = rows(part, s - pad2, s + block_ - pad2, pad3);
    for (int64_t r = block.begin; r < block.end; r++) {
      layer2(part, r, false);
      layer3(r);
    }
    block = rows(part, s - pad2 - pad3, s + block_ - pad2 - pad3, 0);
    for (int64_t r = block.begin; r < block.end; r++) {
      output_row(part, r, columns_, output + (r - part.begin) * columns_);
    }
  }
  Kernels::end();
}

// Where an image is missing, the output's gradient is zero; what an earlier image left behind must not reach the sums
// either, where even zero times infinity counts.
template <int planes>
void TileSweep<planes>::clear_missing(const Part& part, int64_t present) {
  for (int64_t image = present; image < images_; image++) {
    for (int64_t r = first_input_row(part); r < end_input_row(part); r++) {
      std::fill_n(input_row(image, r), columns_, 0.0f);
    }
    for (int64_t r = 0; r < delta_.rows(); r++) {
      std::fill_n(delta_.row(r) + image * image_pitch_, columns_, 0.0f);
    }
  }
}

// The loss of a row of outputs and its gradient.
template <int planes>
double TileSweep<planes>::loss_row(const Part& part, int64_t r, const std::vector<TrainingImage>& images, float scale) {
  const bool inside = r >= part.begin && r < part.end;
  double loss = 0, ignored = 0;
  const float* out = out_row_.data();
  float* delta = delta_.row(r);
  for (const TrainingImage& image : images) {
    const double share = Kernels::loss(
        {out, image.target + r * columns_, scale, columns_, delta, inside ? &sums_->bias3 : &ignored});
    if (inside) {
      loss += share;
      if (image.output) {
        std::copy(out, out + columns_, image.output + r * columns_);
      }
    }
    out += image_pitch_;
    delta += image_pitch_;
  }
  return loss;
}

template <int planes>
void TileSweep<planes>::layer3_data_gradient(const Part& part, int64_t r) {
  StripRow strip{};
  for (int t = 0; t < kernel3; t++) {
    int64_t at = r + t - pad3;
    strip.rows[t] = at >= 0 && at < part.rows ? delta_.row(at) - pad3 : nullptr;
  }
  strip.pixels = round_up(width_, 16) + 16;
  strip.out = strip_.planes(0);
  Kernels::strip_5(strip);
  Convolution c{};
  c.tap_rows = 1;
  c.in[0] = strip.out.at;
  c.in_plane = strip.out.plane;
  c.weights[0] = weights_.gradient3[0];
  c.weights_plane = gradient3_tiles * weight_tile;
  c.width = width_;
  c.gate = active2_.row(r);
  c.pixels = gradient2_.planes(r);
  c.planar = gradient2_planar_.planes(r);
  c.planar_tap = padded_ * channels2;
  const bool inside = r >= part.begin && r < part.end;
  c.bias_gradient = inside ? sums_->bias2 : nullptr;
  Kernels::layer3_data_gradient(c);
}

template <int planes>
void TileSweep<planes>::layer3_weight_gradient(const Part& part, Rows block) {
  for (int64_t r = block.begin - pad3; r < block.end + pad3; r++) {
    const bool there = r >= 0 && r < part.rows;
    Kernels::shift_5({there ? delta_.row(r) - pad3 : nullptr, width_, padded_,
                      shifted3_.planes(r - block.begin + pad3), shift_scratch_.planes(0)});
  }
  for (int64_t r = block.begin; r < block.end; r++) {
    const size_t i = static_cast<size_t>(r - block.begin);
    left_[i] = shifted3_.row(r - block.begin);
    right_[i] = active2_pairs_.row(r);
  }
  Kernels::layer3_weight_gradient({static_cast<int>(block.end - block.begin), left_.data(), right_.data(),
                                   shifted3_.plane(), padded_, active2_pairs_.plane(), padded_, sums_->weights3[0]});
}

template <int planes>
void TileSweep<planes>::layer2_weight_gradient(const Part& part, Rows block) {
  for (int64_t r = block.begin - pad2; r < block.end + pad2; r++) {
    left_[static_cast<size_t>(r - block.begin + pad2)] = r >= 0 && r < part.rows ? gradient2_planar_.row(r) : nullptr;
  }
  for (int64_t r = block.begin; r < block.end; r++) {
    right_[static_cast<size_t>(r - block.begin)] = active1_pairs_.row(r);
  }
  Kernels::layer2_weight_gradient({static_cast<int>(block.end - block.begin), left_.data(), right_.data(),
                                   gradient2_planar_.plane(), 0, active1_pairs_.plane(), padded_,
                                   sums_->weights2[0][0][0]});
}

template <int planes>
void TileSweep<planes>::layer2_data_gradient(const Part& part, int64_t r) {
  Convolution c{};
  for (int t = 0; t < kernel2; t++) {
    int64_t at = r + t - pad2;
    if (at >= 0 && at < part.rows) {
      c.in[c.tap_rows] = gradient2_.row(at) - pad2 * channels2;
      c.weights[c.tap_rows++] = weights_.gradient2[0] + t * (gradient2_tiles / kernel2) * weight_tile;
    }
  }
  c.in_plane = gradient2_.plane();
  c.weights_plane = gradient2_tiles * weight_tile;
  c.width = width_;
  c.gate = active1_.row(r);
  c.pairs = gradient1_pairs_.planes(r);
  c.pairs_group = padded_ * 32;
  c.bias_gradient = sums_->bias1;
  Kernels::layer2_data_gradient(c);
}

template <int planes>
void TileSweep<planes>::layer1_weight_gradient(const Part& part, Rows block) {
  for (int64_t r = block.begin - pad1; r < block.end + pad1; r++) {
    const bool there = r >= 0 && r < part.rows;
    Kernels::shift_9({there ? input_at(r) - pad1 : nullptr, width_, padded_,
                      shifted1_.planes(r - block.begin + pad1), shift_scratch_.planes(0)});
  }
  for (int64_t r = block.begin; r < block.end; r++) {
    const size_t i = static_cast<size_t>(r - block.begin);
    left_[i] = shifted1_.row(r - block.begin);
    right_[i] = gradient1_pairs_.row(r);
  }
  Kernels::layer1_weight_gradient({static_cast<int>(block.end - block.begin), left_.data(), right_.data(),
                                   shifted1_.plane(), padded_, gradient1_pairs_.plane(), padded_, sums_->weights1[0]});
}

template <int planes>
double TileSweep<planes>::train(const Part& part, const std::vector<TrainingImage>& images, float gradient_scale,
                                Network&) {
  double loss = 0;
  clear_missing(part, static_cast<int64_t>(images.size()));
  Kernels::begin();
  const int64_t first = std::max<int64_t>(0, part.begin - halo_active1);
  for (int64_t s = first; s < part.end + lag; s += block_) {
    Rows block = rows(part, s, s + block_, halo_active1);
    for (int64_t r = block.begin; r < block.end; r++) {
      layer1(part, r, true);
    }
    block = rows(part, s - pad2, s + block_ - pad2, halo_active2);
    for (int64_t r = block.begin; r < block.end; r++) {
      layer2(part, r, true);
      layer3(r);
    }
    block = rows(part, s - pad2 - pad3, s + block_ - pad2 - pad3, halo_output);
    for (int64_t r = block.begin; r < block.end; r++) {
      output_row(part, r, width_, out_row_.data());
      loss += loss_row(part, r, images, gradient_scale);
    }
    const int64_t begin2 = s - pad2 - 2 * pad3;
    block = rows(part, begin2, begin2 + block_, halo_gradient2);
    for (int64_t r = block.begin; r < block.end; r++) {
      layer3_data_gradient(part, r);
    }
    block = rows(part, begin2, begin2 + block_, 0);
    if (block.begin < block.end) {
      layer3_weight_gradient(part, block);
    }
    block = rows(part, s - lag, s - lag + block_, 0);
    if (block.begin < block.end) {
      layer2_weight_gradient(part, block);
      for (int64_t r = block.begin; r < block.end; r++) {
        layer2_data_gradient(part, r);
      }
      layer1_weight_gradient(part, block);
    }
  }
  Kernels::end();
  return loss;
}

template <int planes>
void TileSweep<planes>::end_gradients(Network& gradient) {
  Kernels::add_gradients(*sums_, gradient);
}

// In units of 16 pixels: three products of every layer, of which the data gradients and the layers themselves take multiples
// of 16 pixels and the weight gradients multiples of 32.
template <int planes>
int64_t TileMethod<planes>::row_cost(int64_t columns, int64_t images) const {
  const int64_t width = row_width(columns, images);
  if (images > 1 && width > widest_row_of_images) {
    return images * row_cost(columns, 1);
  }
  return 2 * round_up(width, 16) + round_up(width, block_pixels);
}

template class TileSweep<1>;
template class TileSweep<2>;
template class TileMethod<1>;
template class TileMethod<2>;

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
