#include "cpu/engine.h"

#include <algorithm>

#include "cpu/dispatch.h"
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
  explicit CpuEngine(int threads) : kernels_(choose(LDCT_FP32)), pool_(threads) {}

  std::unique_ptr<Dataset> open_dataset(const char* path, const int64_t* slices, int64_t count) override {
    return std::unique_ptr<Dataset>(new Slices(path, slices, count));
  }

  std::unique_ptr<Trainer> create_trainer(const ldct_trainer_options& options) override {
    return std::unique_ptr<Trainer>(new CpuTrainer(pool_, choose(options.precision), options));
  }

  void image_quality(const ImagePairs& pairs, double* ssim, double* mse) override {
    struct Scratch {
      std::vector<float> target, prediction;
      std::vector<double> sums;
    };
    std::vector<Scratch> scratch(static_cast<size_t>(pool_.workers()));
    const int64_t pixels = pairs.shape.pixels();
    pool_.run(pairs.count, [&](int64_t i, int worker) {
      Scratch& own = scratch[static_cast<size_t>(worker)];
      const float* target = pairs.target + i * pixels;
      const float* prediction = pairs.prediction + i * pixels;
      if (pairs.clip_low <= pairs.clip_high) {
        target = clip(pairs, target, own.target);
        prediction = clip(pairs, prediction, own.prediction);
      }
      Quality quality(kernels_, own.sums);
      if (ssim) {
        ssim[i] = quality.ssim(target, prediction, pairs.shape, pairs.data_range);
      }
      if (mse) {
        mse[i] = quality.mse(target, prediction, pairs.shape);
      }
    });
  }

 private:
  static const float* clip(const ImagePairs& pairs, const float* image, std::vector<float>& out) {
    out.resize(static_cast<size_t>(pairs.shape.pixels()));
    std::transform(image, image + pairs.shape.pixels(), out.begin(),
                   [&](float x) { return clipped(x, pairs.clip_low, pairs.clip_high); });
    return out.data();
  }

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
