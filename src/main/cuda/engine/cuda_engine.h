// ldct::Engine on one GPU.
#pragma once

#include "engine/device.h"

namespace ldct::cuda {

class CudaEngine : public Engine {
 public:
  // Throws Error LDCT_NO_DEVICE, saying why, if the device cannot be used.
  explicit CudaEngine(int32_t ordinal) : device_(Device::open(ordinal)) {}

  std::unique_ptr<Dataset> open_dataset(const char* path, const int64_t* slices, int64_t count) override;
  std::unique_ptr<Trainer> create_trainer(const ldct_trainer_options& options) override;
  void image_quality(const ImagePairs& pairs, double* ssim, double* mse) override;
  double measure_peak(int32_t precision) override;
  double measure_ssim(const ImagePairs& pairs, int32_t runs) override;

 private:
  std::shared_ptr<Device> device_;
};

// The "precisions" object of ldct_capabilities: which kernels compute in each.
std::string precisions_json();

}  // namespace ldct::cuda
