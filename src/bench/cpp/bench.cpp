// Median (and shortest) times of the native engine: cppbuild.sh bench [precision] [threads]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#include "ldct.h"
#include "support.h"

namespace {

struct Times {
  double median, least;
};

Times measure_ms(const std::function<void()>& body) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  body();
  double spent = 0;
  while (times.size() < 5 || (spent < 1000 && times.size() < 101)) {
    auto start = Clock::now();
    body();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    spent += times.back();
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[0]};
}

}  // namespace

int main(int argc, char** argv) {
  int32_t precision = LDCT_FP32;
  if (argc > 1) {
    const char* names[] = {"fp32", "bf16", "bf16x3", "tf32"};
    for (precision = 0; precision < 4 && std::strcmp(argv[1], names[precision]) != 0; precision++) {
    }
  }
  ldct_engine_options engine_options{LDCT_CPU, 0, argc > 2 ? std::atoi(argv[2]) : 2};
  ldct_engine* engine;
  check(ldct_engine_open(&engine_options, &engine));
  ldct_trainer_options options{precision, LDCT_ADAM, 1e-4, 0.9, 0.999, 0, 0, 0, 1};
  ldct_trainer* trainer;
  check(ldct_trainer_create(engine, &options, &trainer));
  check(ldct_trainer_set_parameters(trainer, random_floats(LDCT_PARAMETER_COUNT, 0.05f).data()));

  const int shapes[][2] = {{2, 32}, {16, 64}, {68, 92}, {37, 45}, {128, 128}};
  for (const auto& shape : shapes) {
    const int n = shape[0], p = shape[1];
    const size_t pixels = static_cast<size_t>(n) * p * p;
    std::vector<float> input = random_floats(pixels, 1), target = random_floats(pixels, 1);
    float loss;
    Times ms = measure_ms([&] { check(ldct_step(trainer, input.data(), target.data(), n, p, p, &loss)); });
    std::printf("step %dx%d: %.2f ms (%.2f), %.2f Mpixel/s, %.0f GFLOP/s\n", n, p, ms.median, ms.least,
                pixels / ms.median / 1e3, pixels * 136128.0 / ms.median / 1e6);
    std::fflush(stdout);
  }

  const int side = 512;
  std::vector<float> image = random_floats(side * side, 1), output(image.size());
  Times ms = measure_ms([&] { check(ldct_predict(trainer, image.data(), 1, side, side, output.data())); });
  std::printf("predict 512x512: %.2f ms (%.2f), %.0f GFLOP/s\n", ms.median, ms.least,
              side * side * 48832.0 / ms.median / 1e6);
  double ssim, mse;
  ms = measure_ms([&] {
    check(ldct_image_quality(engine, image.data(), output.data(), 1, side, side, 0, 2924, 2924, &ssim, &mse));
  });
  std::printf("ssim and mse 512x512, one thread: %.3f ms (%.3f)\n", ms.median, ms.least);
  ldct_trainer_close(trainer);
  ldct_engine_close(engine);
}
