#include "engine/cuda_engine.h"

#include <algorithm>

#include "engine/cuda_trainer.h"
#include "engine/device_slices.h"
#include "engine/json.h"
#include "kernels/peak.h"
#include "kernels/quality.h"

namespace ldct::cuda {
namespace {

constexpr size_t pairs_bytes = size_t{256} << 20;  // of images on the device at once
constexpr float long_enough_milliseconds = 20;
constexpr int repeats = 3;

std::unique_ptr<Network> create_network(const ldct_trainer_options& options) {
  return options.kernels == LDCT_KERNELS_CUDNN ? create_cudnn_network(options.precision)
                                               : create_tuned_network(options.precision);
}

}  // namespace

std::string precisions_json() {
  constexpr const char* names[] = {"fp32", "bf16", "bf16x3", "tf32"};
  std::string json;
  for (int32_t precision = LDCT_FP32; precision <= LDCT_TF32; precision++) {
    std::string kernel = json_string("tuned"), declined;
    try {
      create_tuned_network(precision);
    } catch (const Error& e) {
      kernel = "null";
      declined = "{\"kernel\":\"tuned\",\"reason\":" + json_string(e.what()) + "}";
    }
    json += std::string(json.empty() ? "{" : ",") + json_string(names[precision]) + ":{\"kernel\":" + kernel +
            ",\"declined\":[" + declined + "]}";
  }
  return json + "}";
}

std::unique_ptr<Dataset> CudaEngine::open_dataset(const char* path, const int64_t* slices, int64_t count) {
  std::unique_ptr<Dataset> dataset;
  device_->use([&] { dataset = std::make_unique<CudaDataset>(DeviceSlices::open(*device_, path, slices, count)); });
  return dataset;
}

std::unique_ptr<Trainer> CudaEngine::create_trainer(const ldct_trainer_options& options) {
  std::unique_ptr<Trainer> trainer;
  device_->use([&] { trainer = std::make_unique<CudaTrainer>(device_, create_network(options), options); });
  return trainer;
}

void CudaEngine::image_quality(const ImagePairs& pairs, double* ssim, double* mse) {
  const int64_t pixels = pairs.shape.pixels();
  const size_t image_bytes = static_cast<size_t>(pixels) * sizeof(float);
  const int64_t at_once =
      std::max<int64_t>(1, std::min<int64_t>(pairs.count, static_cast<int64_t>(pairs_bytes / (2 * image_bytes))));
  if (pairs.count == 0) {
    return;
  }
  device_->use([&] {
    const Stream stream;
    Staging staging;
    const DeviceMemory target(static_cast<size_t>(at_once) * image_bytes);
    const DeviceMemory prediction(static_cast<size_t>(at_once) * image_bytes);
    const DeviceMemory scratch(static_cast<size_t>(quality_scratch(at_once, pairs.shape)) * sizeof(double));
    const DeviceMemory result(static_cast<size_t>(at_once) * sizeof(double));
    for (int64_t first = 0; first < pairs.count; first += at_once) {
      const int64_t n = std::min(at_once, pairs.count - first);
      const size_t bytes = static_cast<size_t>(n) * image_bytes, numbers = static_cast<size_t>(n) * sizeof(double);
      staging.upload(stream, target.as<float>(), pairs.target + first * pixels, bytes);
      staging.upload(stream, prediction.as<float>(), pairs.prediction + first * pixels, bytes);
      const Pairs on_device{target.as<float>(),  prediction.as<float>(), n,
                            pairs.shape,         pairs.clip_low,         pairs.clip_high};
      if (ssim) {
        cuda::ssim(stream, on_device, pairs.data_range, scratch.as<double>(), result.as<double>());
        staging.download(stream, ssim + first, result.as<double>(), numbers);
      }
      if (mse) {
        mean_squared_error(stream, on_device, scratch.as<double>(), result.as<double>());
        staging.download(stream, mse + first, result.as<double>(), numbers);
      }
    }
  });
}

double CudaEngine::measure_ssim(const ImagePairs& pairs, int32_t runs) {
  const size_t bytes = static_cast<size_t>(pairs.count * pairs.shape.pixels()) * sizeof(float);
  double milliseconds = 0;
  device_->use([&] {
    const Stream stream;
    Staging staging;
    const DeviceMemory target(bytes), prediction(bytes);
    const DeviceMemory scratch(static_cast<size_t>(quality_scratch(pairs.count, pairs.shape)) * sizeof(double));
    const DeviceMemory result(static_cast<size_t>(pairs.count) * sizeof(double));
    staging.upload(stream, target.as<float>(), pairs.target, bytes);
    staging.upload(stream, prediction.as<float>(), pairs.prediction, bytes);
    const Pairs on_device{target.as<float>(), prediction.as<float>(), pairs.count,
                          pairs.shape,        pairs.clip_low,         pairs.clip_high};
    auto run = [&] { cuda::ssim(stream, on_device, pairs.data_range, scratch.as<double>(), result.as<double>()); };
    run();  // loads the kernels
    Event begin(Event::Kind::timing), end(Event::Kind::timing);
    begin.record(stream);
    for (int32_t i = 0; i < runs; i++) {
      run();
    }
    end.record(stream);
    end.wait();
    milliseconds = static_cast<double>(end.milliseconds_since(begin)) / runs;
  });
  return milliseconds;
}

double CudaEngine::measure_peak(int32_t precision) {
  create_tuned_network(precision);  // throws where it cannot be computed
  double gflops = 0;
  device_->use([&] {
    const Stream stream;
    const DeviceMemory sink(sizeof(float));
    Event begin(Event::Kind::timing), end(Event::Kind::timing);
    // GFLOP/s of one launch.
    auto rate = [&](int rounds, float& milliseconds) {
      begin.record(stream);
      const double count = multiply_adds(stream, precision, device_->multiprocessors(), rounds, sink.as<float>());
      end.record(stream);
      end.wait();
      milliseconds = end.milliseconds_since(begin);
      return 2 * count / (static_cast<double>(milliseconds) * 1e6);
    };
    float milliseconds = 0;
    int rounds = 8;
    while (rate(rounds, milliseconds), milliseconds < long_enough_milliseconds) {
      rounds *= 2;
    }
    for (int i = 0; i < repeats; i++) {
      gflops = std::max(gflops, rate(rounds, milliseconds));
    }
  });
  return gflops;
}

}  // namespace ldct::cuda
