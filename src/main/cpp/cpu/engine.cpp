#include "cpu/engine.h"

#include <algorithm>
#include <chrono>

#include "cpu/dispatch.h"
#include "cpu/peak.h"
#include "cpu/quality.h"
#include "cpu/slices.h"
#include "cpu/trainer.h"
#include "engine/thread_pool.h"

namespace ldct {
namespace cpu {
namespace {

constexpr int most_threads = 1024;

class CpuEngine : public Engine {
 public:
  explicit CpuEngine(int threads) : kernels_(row_kernels()), pool_(threads) {}

  std::unique_ptr<Dataset> open_dataset(const char* path, const int64_t* slices, int64_t count) override {
    return std::unique_ptr<Dataset>(new Slices(path, slices, count));
  }

  std::unique_ptr<Trainer> create_trainer(const ldct_trainer_options& options) override {
    return std::unique_ptr<Trainer>(new CpuTrainer(pool_, choose(options.precision).make(), kernels_, options));
  }

  double measure_peak(int32_t precision) override { return cpu::measure_peak(pool_, precision); }

  double measure_ssim(const ImagePairs& pairs, int32_t runs) override {
    std::vector<double> ssim(static_cast<size_t>(pairs.count));
    const auto begin = std::chrono::steady_clock::now();
    for (int32_t run = 0; run < runs; run++) {
      image_quality(pairs, ssim.data(), nullptr);
    }
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / runs;
  }

  void image_quality(const ImagePairs& pairs, double* ssim, double* mse) override {
    std::vector<std::vector<double>> scratch(static_cast<size_t>(pool_.workers()));
    const int64_t pixels = pairs.shape.pixels();
    pool_.run(pairs.count, [&](int64_t i, int worker) {
      Quality quality(kernels_, scratch[static_cast<size_t>(worker)], pairs.shape, pairs.clip_low, pairs.clip_high);
      const float* target = pairs.target + i * pixels;
      const float* prediction = pairs.prediction + i * pixels;
      if (ssim) {
        ssim[i] = quality.ssim(target, prediction, pairs.data_range);
      }
      if (mse) {
        mse[i] = quality.mse(target, prediction);
      }
    });
  }

 private:
  const Kernels& kernels_;
  ThreadPool pool_;
};

}  // namespace

std::unique_ptr<Engine> open_engine(int threads) {
  int workers = threads == 0 ? usable_cores() : threads;
  return std::unique_ptr<Engine>(new CpuEngine(std::min(workers, most_threads)));
}

}  // namespace cpu
}  // namespace ldct
