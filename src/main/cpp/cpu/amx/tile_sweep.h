// The sweep of the matrix tiles: as that of the row kernels, but blocks of rows at a time, and of several images side by
// side: tiles take 16 or 32 pixels, and few patches are multiples of that. Between two images are as many zeros as the
// widest window reaches over its image's edge; activations there are zero, so gradients are as well.
#pragma once

#include <memory>
#include <vector>

#include "cpu/aligned.h"
#include "cpu/amx/kernels.h"
#include "cpu/method.h"

namespace ldct {
namespace cpu {
namespace amx {

// bfloat16 planes of `rows` rows that are used in turn; zero where nothing is written.
class PlaneRing {
 public:
  void allocate(int planes, int64_t rows, int64_t pitch, int64_t offset, int64_t slack);
  bf16* row(int64_t r) const { return reinterpret_cast<bf16*>(memory_.data()) + r % rows_ * pitch_ + offset_; }
  Planes planes(int64_t r) const { return {row(r), plane_}; }
  int64_t plane() const { return plane_; }
  int64_t bytes() const { return memory_.bytes(); }

 private:
  AlignedFloats memory_;
  int64_t rows_ = 0, pitch_ = 0, offset_ = 0, plane_ = 0;
};

class FloatRing {
 public:
  void allocate(int64_t rows, int64_t pitch, int64_t offset);
  int64_t rows() const { return rows_; }
  float* row(int64_t r) const { return memory_.data() + r % rows_ * pitch_ + offset_; }
  int64_t bytes() const { return memory_.bytes(); }

 private:
  AlignedFloats memory_;
  int64_t rows_ = 0, pitch_ = 0, offset_ = 0;
};

template <int planes>
class TileSweep : public Sweep {
 public:
  TileSweep(const TileWeights<planes>& weights, int64_t columns, int64_t images);

  void reserve(const Part& part) override;
  float* input_row(int64_t image, int64_t r) override { return input_at(r) + image * image_pitch_; }
  void forward(const Part& part, float* output) override;
  void begin_gradients() override;
  double train(const Part& part, const std::vector<TrainingImage>& images, float gradient_scale,
               Network& gradient) override;
  void end_gradients(Network& gradient) override;
  Memory memory() const override;

 private:
  using Kernels = TileKernels<planes>;
  struct Rows {
    int64_t begin, end;
  };
  static Rows rows(const Part& part, int64_t begin, int64_t end, int64_t halo);

  float* input_at(int64_t r) { return input_.data() + (r - first_row_) * input_pitch_ + pad1; }

  void layer1(const Part& part, int64_t r, bool with_pairs);
  void layer2(const Part& part, int64_t r, bool with_pairs);
  void layer3(int64_t r);
  void output_row(const Part& part, int64_t r, int64_t width, float* out);
  void clear_missing(const Part& part, int64_t present);
  double loss_row(const Part& part, int64_t r, const std::vector<TrainingImage>& images, float scale);
  void layer3_data_gradient(const Part& part, int64_t r);
  void layer3_weight_gradient(const Part& part, Rows block);
  void layer2_weight_gradient(const Part& part, Rows block);
  void layer2_data_gradient(const Part& part, int64_t r);
  void layer1_weight_gradient(const Part& part, Rows block);

  const TileWeights<planes>& weights_;
  int64_t columns_, images_, image_pitch_, width_, padded_, block_, input_pitch_, first_row_ = 0;
  AlignedFloats input_, out_row_;
  FloatRing partial_, delta_;
  PlaneRing strip_, shift_scratch_, shifted1_, shifted3_;
  PlaneRing active1_, active1_pairs_, active2_, active2_pairs_;
  PlaneRing gradient2_, gradient2_planar_, gradient1_pairs_;
  Apart<TileGradients> sums_;
  std::vector<const bf16*> left_, right_;
  std::vector<uint32_t> inside_;  // of every pixel of a row, whether it belongs to an image
};

template <int planes>
class TileMethod : public Method {
 public:
  TileMethod() : weights_(new TileWeights<planes>()) {}
  int64_t pieces() const override { return kernel2 * kernel2; }
  void prepare(const Network& network, int64_t piece) override {
    TileKernels<planes>::pack(network, static_cast<int>(piece), *weights_);
  }
  int64_t row_cost(int64_t columns, int64_t images) const override;
  std::unique_ptr<Sweep> sweep(int64_t columns, int64_t images) const override {
    return std::unique_ptr<Sweep>(new TileSweep<planes>(*weights_, columns, images));
  }
  int64_t bytes() const override { return sizeof(TileWeights<planes>); }

 private:
  std::unique_ptr<TileWeights<planes>> weights_;
};

extern template class TileSweep<1>;
extern template class TileSweep<2>;
extern template class TileMethod<1>;
extern template class TileMethod<2>;

}  // namespace amx
}  // namespace cpu
}  // namespace ldct
