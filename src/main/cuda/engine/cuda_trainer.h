// CNN-10 with its optimiser on one GPU, on a stream of its own.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <tuple>

#include "engine/device.h"
#include "engine/feed.h"
#include "engine/iterations.h"
#include "engine/resources.h"
#include "engine/staging.h"
#include "kernels/optimizer.h"
#include "kernels/windows.h"
#include "network/network.h"

namespace ldct::cuda {

class CudaTrainer : public Trainer {
 public:
  CudaTrainer(std::shared_ptr<Device> device, std::unique_ptr<Network> network, const ldct_trainer_options& options);
  ~CudaTrainer() override;

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
  enum class Purpose { training, prediction };

  float* learned(int part) const { return learned_.as<float>() + part * LDCT_PARAMETER_COUNT; }
  Minibatch minibatch(int32_t n, Shape shape) const { return {input_.as<float>(), target_.as<float>(), n, shape}; }
  // Bytes of workspace, input, target, output and scratch.
  using Need = std::array<size_t, 5>;
  Need need(int32_t n, Shape shape, Purpose purpose) const;
  size_t held() const;
  // Memory for n images at once. Throws Error LDCT_OUT_OF_MEMORY that says what to lower.
  void reserve(int32_t n, Shape shape, Purpose purpose);
  // As many images as reasonable memory allows, at most n; reserved.
  int32_t reserve_for_prediction(int64_t n, Shape shape);

  void upload_images(const Images& images);
  void enqueue_gradients(int32_t n, Shape shape, float* output);
  void enqueue_update(Chunk* chunk);
  Iterations& iterations(int32_t mbs, Shape shape);
  void compare(const Window* windows, int64_t count, int32_t at_once, Shape shape, float clip_low, float clip_high,
               double* results);

  std::shared_ptr<Device> device_;
  Device::Occupant occupant_;
  std::unique_ptr<Network> network_;
  ldct_trainer_options options_;
  int64_t steps_ = 0;

  Stream stream_;
  DeviceMemory learned_;  // parameters, both moments, gradients, loss
  DeviceMemory chunk_;    // the piece that iterations work on
  DeviceMemory workspace_, input_, target_, output_, scratch_;
  Staging staging_;
  Feed feed_;
  std::map<std::tuple<int32_t, int32_t, int32_t>, std::unique_ptr<Iterations>> iterations_;  // by mbs, rows, columns
};

}  // namespace ldct::cuda
