// CNN-10 with its optimiser on the CPU.
#pragma once

#include <memory>
#include <vector>

#include "cpu/aligned.h"
#include "cpu/batch.h"
#include "cpu/kernels.h"
#include "cpu/method.h"
#include "cpu/optimizer.h"
#include "engine/engine.h"
#include "engine/thread_pool.h"

namespace ldct {
namespace cpu {

// How images are shared out: items that each worker wants where images are many, and the rows around a part of an image
// that are computed twice where they are few.
struct Sharing {
  int64_t a_worker, around;
};

class CpuTrainer : public Trainer {
 public:
  // kernels: for image quality.
  CpuTrainer(ThreadPool& pool, std::unique_ptr<Method> method, const Kernels& kernels,
             const ldct_trainer_options& options);

  Memory memory() const override;
  void set_parameters(const float* parameters) override;
  void get_parameters(float* parameters) override;
  void set_state(const float* moments, int64_t steps) override;
  void get_state(float* moments, int64_t* steps) override;
  void train(const Dataset& dataset, const Plan& plan, float* losses) override;
  void gradients(const Images& images, float* output, float* loss, float* gradients) override;
  void step(const Images& images, float* loss) override;
  void predict(const Images& images, float* output) override;
  void evaluate(const Dataset& dataset, const Plan& plan, float clip_low, float clip_high, float* losses,
                double* ssim, double* mse) override;

 private:
  // What one worker needs; made by the worker that uses it.
  struct alignas(64) Workspace {
    std::unique_ptr<Sweep> sweep;
    int64_t columns = 0, images_a_row = 0;
    std::vector<TrainingImage> row;
    std::vector<float> target, prediction;
    std::vector<double> scratch;
  };

  // Work that one worker does in one go: images [first, last) or a part of one image.
  struct Item {
    int64_t first, last;
    Part part;
  };

  static Part whole(Shape shape);
  // Whole rows of images, or parts of single images where there are few.
  std::vector<Item> items(int64_t n, Shape shape, Sharing sharing, int64_t images_a_row) const;
  int64_t parts_an_image(int64_t n, int64_t rows, int64_t around) const;
  int64_t images_a_row(int64_t n, Shape shape) const;
  Workspace& workspace(int worker, Shape shape, int64_t images_a_row);
  void prepare();

  // Fills slots_ with the items' gradients; the batch's mean squared error.
  float backward(const Batch& batch, int64_t n, float* output);
  // Sums the slots in a fixed order and hands stretches of the result to use(begin, count, gradient).
  template <class Use>
  void reduce(const Use& use);
  float update(const Batch& batch, int64_t n);

  ThreadPool& pool_;
  std::unique_ptr<Method> method_;
  const Kernels& kernels_;
  ldct_trainer_options options_;
  Apart<Network> network_{1}, moment1_{1}, moment2_{1};
  int64_t steps_ = 0;
  bool prepared_ = false;
  std::vector<Workspace> workspaces_;
  std::vector<Apart<Network>> slots_;
  size_t slots_used_ = 0;
};

}  // namespace cpu
}  // namespace ldct
