// Engines, trainers and random data for tests; native handles are closed at the end of a scope.
#pragma once

#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "ldct.h"

namespace fixtures {

inline void ok(int32_t status) { CHECK(status == LDCT_OK, "status ", status, ": ", ldct_last_error()); }

struct Close {
  void operator()(ldct_engine* p) const { ldct_engine_close(p); }
  void operator()(ldct_trainer* p) const { ldct_trainer_close(p); }
  void operator()(ldct_dataset* p) const { ldct_dataset_close(p); }
};
using Engine = std::unique_ptr<ldct_engine, Close>;
using Trainer = std::unique_ptr<ldct_trainer, Close>;
using Dataset = std::unique_ptr<ldct_dataset, Close>;

// The CUDA engine of the tests runs on an emulated device.
constexpr int32_t backends[] = {LDCT_CPU, LDCT_CUDA};

inline Engine engine(int threads = 2, int32_t backend = LDCT_CPU) {
  ldct_engine_options options{backend, 0, threads};
  ldct_engine* opened = nullptr;
  ok(ldct_engine_open(&options, &opened));
  return Engine(opened);
}

inline ldct_trainer_options adam(double lr = 1e-3, int32_t precision = LDCT_FP32) {
  return {precision, LDCT_ADAM, lr, 0.9, 0.999, 0, 0, 0.0f, 1.0f, LDCT_KERNELS_TUNED};
}

inline Trainer trainer(const Engine& engine, const std::vector<float>& parameters,
                       const ldct_trainer_options& options = adam()) {
  ldct_trainer* created = nullptr;
  ok(ldct_trainer_create(engine.get(), &options, &created));
  Trainer held(created);
  ok(ldct_trainer_set_parameters(created, parameters.data()));
  return held;
}

inline std::vector<float> random(size_t n, float low, float high, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(low, high);
  std::vector<float> values(n);
  for (float& value : values) value = uniform(generator);
  return values;
}

// Uniform within the bound of each layer, as training starts.
inline std::vector<float> parameters(unsigned seed) {
  std::vector<float> all = random(LDCT_PARAMETER_COUNT, -1, 1, seed);
  for (int i = 0; i < LDCT_PARAMETER_COUNT; i++) {
    all[i] *= i < 5248 ? 1 / 9.0f : i < 23712 ? 1 / 24.0f : 0.0353f;
  }
  return all;
}

inline std::vector<double> widen(const std::vector<float>& v) { return {v.begin(), v.end()}; }

// Holds LDCT_CPU_ISA at a level for a scope. Levels that this machine lacks fall back to lower ones.
class ForcedIsa {
 public:
  explicit ForcedIsa(const char* level) { setenv("LDCT_CPU_ISA", level, 1); }
  ~ForcedIsa() { unsetenv("LDCT_CPU_ISA"); }
};
constexpr const char* isa_levels[] = {"plain", "avx2", "avx512", "avx512bf16", "amx"};

}  // namespace fixtures
