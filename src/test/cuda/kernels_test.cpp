// Kernels that are not the network, straight against the CPU's lines.
#include <cstring>

#include "cpu/optimizer.h"
#include "engine/device.h"
#include "engine/resources.h"
#include "fixtures.h"
#include "kernels/optimizer.h"
#include "kernels/peak.h"
#include "network/check.h"

namespace {

using ldct::Update;
using ldct::cuda::Chunk;
using ldct::cuda::DeviceMemory;

TEST(cuda_updates_have_the_bits_of_the_cpu) {
  constexpr size_t count = LDCT_PARAMETER_COUNT, bytes = count * sizeof(float);
  for (int32_t kind : {LDCT_ADAM, LDCT_SGD, LDCT_RMSPROP}) {
    for (double momentum : {0.0, 0.9}) {
      const ldct_trainer_options options{LDCT_FP32, kind, 1e-3, 0.9, 0.999, momentum, 0.3, 0, 1, 0};
      std::vector<float> p = fixtures::parameters(1), m(count), v(count);
      DeviceMemory parameters(bytes), moment1(bytes), moment2(bytes), gradients(bytes);
      DeviceMemory updates(3 * sizeof(Update)), losses(3 * sizeof(float)), loss(sizeof(float)), chunk(sizeof(Chunk));
      std::memcpy(parameters.as<float>(), p.data(), bytes);
      std::memset(moment1.as<float>(), 0, bytes);
      std::memset(moment2.as<float>(), 0, bytes);
      *chunk.as<Chunk>() = {nullptr, updates.as<Update>(), losses.as<float>(), 0, 0};
      for (int step = 1; step <= 3; step++) {
        const std::vector<float> g = fixtures::random(count, -1e-2f, 1e-2f, 10 + step);
        const Update update = Update::of(options, step);
        ldct::cpu::apply(update, count, g.data(), p.data(), m.data(), v.data());
        updates.as<Update>()[step - 1] = update;
        *loss.as<float>() = static_cast<float>(step);
        chunk.as<Chunk>()->current = chunk.as<Chunk>()->next;
        std::memcpy(gradients.as<float>(), g.data(), bytes);
        ldct::cuda::update_parameters(nullptr, chunk.as<Chunk>(), loss.as<float>(), gradients.as<float>(),
                                      {parameters.as<float>(), moment1.as<float>(), moment2.as<float>()});
        CHECK(std::memcmp(parameters.as<float>(), p.data(), bytes) == 0, "parameters, kind ", kind, " step ", step);
        CHECK(std::memcmp(moment1.as<float>(), m.data(), bytes) == 0, "moment 1, kind ", kind, " step ", step);
        CHECK(std::memcmp(moment2.as<float>(), v.data(), bytes) == 0, "moment 2, kind ", kind, " step ", step);
        CHECK(losses.as<float>()[step - 1] == static_cast<float>(step), "loss of step ", step);
      }
    }
  }
}

TEST(cuda_a_driver_that_is_too_old_says_what_is_needed) {
  const std::string why = ldct::cuda::no_devices(cudaErrorInsufficientDriver, 0);
  CHECK(why.find("too old") != std::string::npos && why.find("580 or newer") != std::string::npos, why);
  CHECK(ldct::cuda::no_devices(cudaSuccess, 1).empty(), "a device");
  CHECK(!ldct::cuda::no_devices(cudaSuccess, 0).empty(), "no device");
}

TEST(cuda_a_device_off_the_bus_is_lost) {
  try {
    ldct::cuda::check(cudaErrorUnknown, "waiting");
    CHECK(false, "no error");
  } catch (const ldct::Error& e) {
    CHECK(e.status() == LDCT_DEVICE_LOST, e.what());
  }
}

TEST(cuda_peak_kernels_count_their_work) {
  DeviceMemory sink(sizeof(float));
  const int multiprocessors = 1, rounds = 2, threads = 4 * 256;
  CHECK(ldct::cuda::multiply_adds(nullptr, LDCT_FP32, multiprocessors, rounds, sink.as<float>()) ==
            threads * rounds * 16,
        "fp32");
  CHECK(ldct::cuda::multiply_adds(nullptr, LDCT_BF16, multiprocessors, rounds, sink.as<float>()) ==
            threads / 32 * rounds * 8 * 2048,
        "bf16");
  CHECK(ldct::cuda::multiply_adds(nullptr, LDCT_TF32, multiprocessors, rounds, sink.as<float>()) ==
            threads / 32 * rounds * 8 * 1024,
        "tf32");
}

}  // namespace
