// The CUDA engine through ldct.h, on an emulated device in a library of its own.
#include <cmath>
#include <cstdlib>
#include <thread>

#include "emulated_device.h"
#include "slice_cache.h"

namespace {

using namespace fixtures;

constexpr int lost_error = 700;      // cudaErrorIllegalAddress
constexpr int no_image_error = 209;  // cudaErrorNoKernelImageForDevice
constexpr int ecc_error = 214;       // cudaErrorECCUncorrectable

Engine cuda() { return engine(0, LDCT_CUDA); }

bool last_error_has(const std::string& part) { return std::string(ldct_last_error()).find(part) != std::string::npos; }

// Windows of all slices, in an order without a pattern.
std::vector<int32_t> windows(int count, int height, int width) {
  std::vector<int32_t> plan;
  for (int i = 0; i < count; i++) {
    plan.insert(plan.end(),
                {(5 * i + i / 3) % 3, 7 * i % (Cache::rows - height + 1), 11 * i % (Cache::columns - width + 1)});
  }
  return plan;
}

struct Result {
  std::vector<float> losses, parameters, validation_losses;
  std::vector<double> ssim, mse;
  bool operator==(const Result& other) const {
    return same(losses, other.losses) && same(parameters, other.parameters) &&
           same(validation_losses, other.validation_losses) && same(ssim, other.ssim) && same(mse, other.mse);
  }
};

// Trains minibatches of 2 windows of 3 x 5 and validates 2 batches of 2 windows of 7 x 9.
Result train_and_validate(const Engine& opened, const Dataset& slices, int count) {
  const Trainer held = trainer(opened, parameters(3), scaled());
  Result r{std::vector<float>(count), {}, std::vector<float>(2), std::vector<double>(4), std::vector<double>(4)};
  ok(ldct_train(held.get(), slices.get(), windows(2 * count, 3, 5).data(), count, 2, 3, 5, r.losses.data()));
  ok(ldct_evaluate(held.get(), slices.get(), windows(4, 7, 9).data(), 2, 2, 7, 9, 0, 65535,
                   r.validation_losses.data(), r.ssim.data(), r.mse.data()));
  r.parameters = parameters_of(held);
  return r;
}

Result train_and_validate(const Cache& cache, int count) {
  const Engine opened = cuda();
  const Dataset slices = cache.open(opened);
  return train_and_validate(opened, slices, count);
}

TEST(cuda_training_follows_the_cpu) {
  const Cache cache;
  const Engine cpu = engine(1);
  const Result expected = train_and_validate(cpu, cache.open(cpu), 20), actual = train_and_validate(cache, 20);
  for (size_t i = 0; i < expected.losses.size(); i++) {
    // Adam makes whole steps of the rounding errors of gradients near zero.
    const double limit = i < 8 ? 5e-5 : 2e-3;
    CHECK(std::fabs(actual.losses[i] / expected.losses[i] - 1) < limit, "iteration ", i, ": ", actual.losses[i], " not ",
          expected.losses[i]);
  }
  for (size_t i = 0; i < expected.ssim.size(); i++) {
    CHECK(std::fabs(actual.ssim[i] - expected.ssim[i]) < 2e-3, "SSIM ", i, ": ", actual.ssim[i]);
    CHECK(std::fabs(actual.mse[i] / expected.mse[i] - 1) < 2e-3, "MSE ", i, ": ", actual.mse[i]);
  }
}

TEST(cuda_gradients_and_prediction_are_those_of_the_cpu) {
  const int n = 2, rows = 5, columns = 11, pixels = n * rows * columns;
  const std::vector<float> x = random(pixels, -1, 3, 8), y = random(pixels, -1, 3, 9);
  std::vector<float> output[2], gradients[2];
  float loss[2];
  for (int32_t backend : backends) {
    const Engine opened = engine(1, backend);
    const Trainer held = trainer(opened, parameters(7));
    output[backend].resize(pixels);
    gradients[backend].resize(LDCT_PARAMETER_COUNT);
    ok(ldct_gradients(held.get(), x.data(), y.data(), n, rows, columns, output[backend].data(), &loss[backend],
                      gradients[backend].data()));
    std::vector<float> predicted(pixels);
    ok(ldct_predict(held.get(), x.data(), n, rows, columns, predicted.data()));
    CHECK(same(predicted, output[backend]), "predict differs from the output of gradients on backend ", backend);
  }
  CHECK(std::fabs(loss[1] / loss[0] - 1) < 2e-6, loss[1], " not ", loss[0]);
  double error = 0, norm = 0;
  for (int i = 0; i < LDCT_PARAMETER_COUNT; i++) {
    error += std::pow(gradients[1][i] - gradients[0][i], 2);
    norm += std::pow(gradients[0][i], 2);
  }
  CHECK(std::sqrt(error / norm) < 5e-6, "gradients differ by ", std::sqrt(error / norm));
}

TEST(cuda_graphs_change_no_bit) {
  const Cache cache;
  const int count = 21;  // one as it is, a graph of 16, four single graphs
  const Result with = train_and_validate(cache, count);
  setenv("LDCT_CUDA_GRAPH", "off", 1);
  const Result without = train_and_validate(cache, count);
  unsetenv("LDCT_CUDA_GRAPH");
  CHECK(with == without, "graphs change the result");
}

TEST(cuda_neither_the_order_of_threads_nor_the_moment_of_work_changes_a_bit) {
  emulated::Device device;
  const Cache cache;
  const Result expected = train_and_validate(cache, 4);
  device.reverse(true);
  CHECK(train_and_validate(cache, 4) == expected, "threads in reverse order");
  device.reverse(false);
  device.lazy(true);
  CHECK(train_and_validate(cache, 4) == expected, "streams that work as late as they may");
}

TEST(cuda_one_trainer_takes_shapes_in_turns) {
  const Cache cache;
  const Engine opened = cuda();
  const Dataset slices = cache.open(opened);
  const Trainer mixed = trainer(opened, parameters(3), scaled());
  std::vector<float> losses(4), again(4);
  for (int round = 0; round < 2; round++) {
    for (int side : {3, 6}) {
      ok(ldct_train(mixed.get(), slices.get(), windows(2, side, side).data(), 2, 1, side, side, losses.data()));
      CHECK(std::isfinite(losses[0]) && std::isfinite(losses[1]), "side ", side);
    }
  }
  CHECK(ldct_train(mixed.get(), slices.get(), windows(1, 3, 3).data(), 0, 1, 3, 3, losses.data()) == LDCT_OK, "none");
}

TEST(cuda_a_dataset_that_does_not_fit_is_read_as_it_is_needed) {
  emulated::Device device;
  const Cache cache;
  const Result expected = train_and_validate(cache, 6);
  for (bool lazy : {false, true}) {
    device.lazy(lazy);
    // An eighth of the memory is reserved, so that one slice pair of three fits, then none.
    for (size_t slice_pairs : {1, 0}) {
      const Engine opened = cuda();
      device.memory(slice_pairs ? 2300 : 800);
      const Dataset slices = cache.open(opened);
      device.memory(emulated::ample_memory);
      int64_t bytes = 0, resident = 0;
      ok(ldct_dataset_memory(slices.get(), &bytes, &resident));
      CHECK(bytes == 3 * 2 * 960 && resident == static_cast<int64_t>(slice_pairs) * 2 * 960, bytes, " ", resident);
      CHECK(train_and_validate(opened, slices, 6) == expected, slice_pairs, " slices on the device");
    }
  }
}

TEST(cuda_trainers_in_threads_share_a_dataset_and_do_not_disturb_each_other) {
  emulated::Device device;
  const Cache cache;
  const Result expected = train_and_validate(cache, 5);
  const Engine first = cuda(), second = cuda();
  const Dataset slices = cache.open(first);
  const size_t before = device.allocated();
  const Dataset same_slices = cache.open(second);
  CHECK(device.allocated() == before, "the same data set was uploaded twice");
  Result results[4];
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&, i] {
      results[i] = i % 2 ? train_and_validate(first, slices, 5) : train_and_validate(second, same_slices, 5);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Result& result : results) CHECK(result == expected, "a trainer in a thread differs");
}

TEST(cuda_out_of_memory_names_the_need_and_spares_the_trainer) {
  emulated::Device device;
  const Engine opened = cuda();
  const Trainer held = trainer(opened, parameters(3));
  const std::vector<float> x = random(64 * 9, -1, 1, 1);
  float loss = 0;
  ok(ldct_step(held.get(), x.data(), x.data(), 1, 3, 3, &loss));
  int64_t model = 0, activations = 0;
  ok(ldct_trainer_memory(held.get(), &model, &activations));
  CHECK(static_cast<size_t>(model + activations) == device.allocated(), model, " + ", activations, " not ", device.allocated());
  device.memory(device.allocated() + 1000);
  CHECK(ldct_step(held.get(), x.data(), x.data(), 64, 3, 3, &loss) == LDCT_OUT_OF_MEMORY, "status");
  for (const char* part : {"training on 64 images of 3 x 3", "bytes", "lower mbs or patchsize"}) {
    CHECK(last_error_has(part), ldct_last_error());
  }
  {
    device.memory(emulated::ample_memory);
    const Trainer other = trainer(opened, parameters(3));
    device.memory(device.allocated() + 1000);
    CHECK(ldct_step(held.get(), x.data(), x.data(), 64, 3, 3, &loss) == LDCT_OUT_OF_MEMORY, "status");
    CHECK(last_error_has("2 trainers share it: lower --parallel, mbs or patchsize"), ldct_last_error());
  }
  ok(ldct_step(held.get(), x.data(), x.data(), 1, 3, 3, &loss));
  CHECK(std::isfinite(loss), loss);
  CHECK(ldct_step(held.get(), x.data(), x.data(), 64, 3, 3, &loss) == LDCT_OUT_OF_MEMORY, "status");
  CHECK(!last_error_has("--parallel"), ldct_last_error());
}

TEST(cuda_out_of_memory_of_a_new_trainer_names_the_need) {
  emulated::Device device;
  const Engine opened = cuda();
  device.memory(device.allocated() + 1000);
  const ldct_trainer_options options = scaled();
  ldct_trainer* none = nullptr;
  CHECK(ldct_trainer_create(opened.get(), &options, &none) == LDCT_OUT_OF_MEMORY && !none, "status");
  for (const char* part : {"392212 bytes (392.2 kB) of device memory", "lower mbs, patchsize or --parallel"}) {
    CHECK(last_error_has(part), ldct_last_error());
  }
}

TEST(cuda_prediction_takes_as_many_images_at_once_as_fit) {
  emulated::Device device;
  const Engine opened = cuda();
  const int n = 7, pixels = 16;
  const std::vector<float> x = random(n * pixels, -1, 1, 1);
  std::vector<float> whole(n * pixels), cut(n * pixels);
  ok(ldct_predict(trainer(opened, parameters(3)).get(), x.data(), n, 4, 4, whole.data()));
  const Trainer held = trainer(opened, parameters(3));
  ok(ldct_predict(held.get(), x.data(), 1, 4, 4, cut.data()));
  device.memory(device.allocated() + 3000);
  ok(ldct_predict(held.get(), x.data(), n, 4, 4, cut.data()));
  CHECK(same(whole, cut), "images taken singly differ");
}

TEST(cuda_a_lost_device_refuses_everything_after) {
  emulated::Device device;
  const Cache cache;
  for (int error : {lost_error, ecc_error}) {
    device.fail_next(0);
    const Engine opened = cuda();
    const Dataset slices = cache.open(opened);
    const Trainer held = trainer(opened, parameters(3)), other = trainer(opened, parameters(3));
    std::vector<float> losses(2), p(LDCT_PARAMETER_COUNT);
    device.fail_next(error);
    auto train = [&](const Trainer& each) {
      return ldct_train(each.get(), slices.get(), windows(2, 3, 3).data(), 2, 1, 3, 3, losses.data());
    };
    CHECK(train(held) == LDCT_DEVICE_LOST, ldct_last_error());
    CHECK(train(held) == LDCT_DEVICE_LOST && last_error_has("start the program again"), ldct_last_error());
    CHECK(train(other) == LDCT_DEVICE_LOST, "another trainer");
    CHECK(ldct_trainer_get_parameters(held.get(), p.data()) == LDCT_DEVICE_LOST, "parameters");
    ldct_engine* none = nullptr;
    const ldct_engine_options options{LDCT_CUDA, 0, 0};
    CHECK(ldct_engine_open(&options, &none) == LDCT_DEVICE_LOST && !none, "another engine on it");
  }
}

TEST(cuda_an_error_that_passes_leaves_the_engine_usable) {
  emulated::Device device;
  const Engine opened = cuda();
  const Trainer held = trainer(opened, parameters(3));
  std::vector<float> p(LDCT_PARAMETER_COUNT);
  device.fail_next(1);  // cudaErrorInvalidValue
  CHECK(ldct_trainer_get_parameters(held.get(), p.data()) == LDCT_DEVICE_ERROR, ldct_last_error());
  ok(ldct_trainer_get_parameters(held.get(), p.data()));
  CHECK(p == parameters(3), "parameters");
}

TEST(cuda_a_device_that_cannot_be_used_says_why) {
  emulated::Device device;
  auto refused = [](int32_t ordinal, const char* part) {
    ldct_engine* none = nullptr;
    const ldct_engine_options options{LDCT_CUDA, ordinal, 0};
    CHECK(ldct_engine_open(&options, &none) == LDCT_NO_DEVICE && !none, part);
    CHECK(last_error_has(part), ldct_last_error());
  };
  refused(1, "there is no CUDA device 1");
  refused(-1, "there is no CUDA device -1");
  device.capability(7, 5);
  refused(0, "7.5; this engine needs 8.0");
  device.capability(9, 0);
  device.fail_next(no_image_error);
  refused(0, "no kernels for device 0");
  device.fail_next(0);
  cuda();
}

TEST(cuda_capabilities_describe_the_device) {
  std::vector<char> json(1 << 16);
  ok(ldct_capabilities(json.data(), static_cast<int64_t>(json.size()), nullptr));
  const std::string text = json.data();
  for (const char* part : {"\"library\":true", "\"name\":\"emulated device\"", "\"compute_capability\":\"9.0\"",
                           "\"fp32\":{\"kernel\":\"tuned\"", "\"bf16x3\":{\"kernel\":null"}) {
    CHECK(text.find(part) != std::string::npos, part, " is not in ", text);
  }
}

TEST(cuda_unknown_kernels_and_precisions_are_refused) {
  const Engine opened = cuda();
  ldct_trainer* created = nullptr;
  ldct_trainer_options options = adam(1e-3, LDCT_BF16X3);
  CHECK(ldct_trainer_create(opened.get(), &options, &created) == LDCT_UNSUPPORTED && !created, ldct_last_error());
  options = adam();
  options.kernels = 2;
  CHECK(ldct_trainer_create(opened.get(), &options, &created) == LDCT_INVALID_ARGUMENT && !created, "kernels");
}

TEST(cuda_ssim_is_timed_on_the_device) {
  const std::vector<float> a = random(3 * 9 * 20, 0, 3000, 1), b = random(3 * 9 * 20, 0, 3000, 2);
  const Engine opened = cuda();
  double milliseconds = 0;
  ok(ldct_measure_ssim(opened.get(), a.data(), b.data(), 3, 9, 20, 2924, 2, &milliseconds));
  CHECK(milliseconds > 0 && std::isfinite(milliseconds), milliseconds);
  CHECK(ldct_measure_ssim(opened.get(), a.data(), b.data(), 3, 9, 20, 2924, 0, &milliseconds) == LDCT_INVALID_ARGUMENT,
        "no run");
}

TEST(cuda_peak_is_measured) {
  double gflops = 0;
  ok(ldct_measure_peak(cuda().get(), LDCT_FP32, &gflops));
  CHECK(gflops > 0 && std::isfinite(gflops), gflops);
}

TEST(cuda_closed_engines_leave_no_device_memory) {
  emulated::Device device;
  CHECK(device.allocated() == 0, device.allocated());
}

}  // namespace
