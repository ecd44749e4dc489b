// The tuned networks, run by the emulation, against the float64 reference.
#include "network/network.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fixtures.h"
#include "network/check.h"
#include "reference.h"

namespace {

using ldct::cuda::Network;

// Device memory for a scope.
class DeviceFloats {
 public:
  explicit DeviceFloats(size_t count) : count_(count) {
    ldct::cuda::check(cudaMalloc(&memory_, count * sizeof(float)), "test memory");
  }
  explicit DeviceFloats(const std::vector<float>& from) : DeviceFloats(from.size()) {
    ldct::cuda::check(cudaMemcpy(memory_, from.data(), count_ * sizeof(float), cudaMemcpyHostToDevice), "upload");
  }
  ~DeviceFloats() { cudaFree(memory_); }
  DeviceFloats(const DeviceFloats&) = delete;
  DeviceFloats& operator=(const DeviceFloats&) = delete;
  float* get() const { return memory_; }
  std::vector<float> read() const {
    std::vector<float> values(count_);
    ldct::cuda::check(cudaMemcpy(values.data(), memory_, count_ * sizeof(float), cudaMemcpyDeviceToHost), "download");
    return values;
  }

 private:
  float* memory_ = nullptr;
  size_t count_;
};

struct Computed {
  std::vector<float> output, loss, gradients;
};

Computed compute(Network& network, const std::vector<float>& parameters, const std::vector<float>& input,
                 const std::vector<float>& target, reference::Shape s) {
  DeviceFloats p(parameters), x(input), y(target), output(input.size()), loss(1), gradients(LDCT_PARAMETER_COUNT);
  DeviceFloats workspace(network.workspace_bytes(s.n, {s.rows, s.columns}, true) / sizeof(float));
  network.gradients(nullptr, p.get(), {x.get(), y.get(), s.n, {s.rows, s.columns}}, workspace.get(), output.get(),
                    loss.get(), gradients.get());
  return {output.read(), loss.read(), gradients.read()};
}

std::vector<float> predict(Network& network, const std::vector<float>& parameters, const std::vector<float>& input,
                           reference::Shape s) {
  DeviceFloats p(parameters), x(input), output(input.size());
  DeviceFloats workspace(network.workspace_bytes(s.n, {s.rows, s.columns}, false) / sizeof(float));
  network.forward(nullptr, p.get(), {x.get(), nullptr, s.n, {s.rows, s.columns}}, workspace.get(), output.get());
  return output.read();
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Threads of a block take turns in the opposite order while this lives.
class Reversed {
 public:
  Reversed() { emulation::set_order(emulation::Order::reverse); }
  ~Reversed() { emulation::set_order(emulation::Order::forward); }
};

struct Precision {
  int32_t code;
  const char* name;
  double gradient_limit, output_limit;
};
constexpr Precision precisions[] = {{LDCT_FP32, "fp32", 5e-6, 2e-6}, {LDCT_TF32, "tf32", 2e-3, 2e-3},
                                    {LDCT_BF16, "bf16", 3e-2, 2e-2}};

double relative(const std::vector<float>& actual, const reference::Values& expected, int begin, int end) {
  double error = 0, norm = 0;
  for (int i = begin; i < end; i++) {
    error += std::pow(actual[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return norm == 0 ? std::sqrt(error) : std::sqrt(error / norm);
}

void judge(reference::Shape s) {
  const size_t pixels = static_cast<size_t>(s.n) * s.rows * s.columns;
  // With few pixels, a ReLU whose sign rounding turns is not averaged out.
  const double few = pixels < 600 ? 4 : 1;
  const std::vector<float> p = fixtures::parameters(7), x = fixtures::random(pixels, -1, 3, 8),
                           y = fixtures::random(pixels, -1, 3, 9);
  const reference::Result expected =
      reference::backward(fixtures::widen(p), fixtures::widen(x), fixtures::widen(y), s);
  double scale = 1;
  for (double value : expected.output) scale = std::fmax(scale, std::fabs(value));
  for (const Precision& precision : precisions) {
    const std::string where = std::string(precision.name) + " " + std::to_string(s.n) + "x" + std::to_string(s.rows) +
                              "x" + std::to_string(s.columns);
    std::unique_ptr<Network> network = ldct::cuda::create_tuned_network(precision.code);
    const Computed actual = compute(*network, p, x, y, s);
    for (size_t i = 0; i < pixels; i++) {
      CHECK(std::fabs(actual.output[i] - expected.output[i]) < precision.output_limit * scale, where, " pixel ", i,
            ": ", actual.output[i], " not ", expected.output[i]);
    }
    CHECK(std::fabs(actual.loss[0] / expected.loss - 1) < precision.output_limit, where, " loss ", actual.loss[0]);
    for (int t = 0; t < 6; t++) {
      const double error =
          relative(actual.gradients, expected.gradients, reference::tensor_begin[t], reference::tensor_begin[t + 1]);
      if (std::getenv("LDCT_TEST_ERRORS")) {
        std::printf("%s tensor %d: %.2e\n", where.c_str(), t, error);
      }
      CHECK(error < precision.gradient_limit * (precision.code == LDCT_FP32 ? 1 : few), where, " gradient of tensor ",
            t, " is off by ", error);
    }
    CHECK(same_bits(predict(*network, p, x, s), actual.output), where, " forward alone gives other bits");
    Reversed reversed;
    const Computed again = compute(*network, p, x, y, s);
    CHECK(same_bits(again.output, actual.output) && same_bits(again.loss, actual.loss) &&
              same_bits(again.gradients, actual.gradients),
          where, " depends on the order of the threads");
  }
}

TEST(cuda_one_pixel_and_one_row_images_are_right) {
  judge({1, 1, 1});
  judge({2, 1, 7});
  judge({1, 19, 1});
}

TEST(cuda_odd_sizes_are_right) {
  judge({3, 9, 5});
  judge({1, 17, 33});
}

TEST(cuda_images_of_whole_tiles_are_right) { judge({2, 16, 16}); }

TEST(cuda_blocks_that_take_several_tiles_are_right) { judge({1, 25, 52}); }

// Small sparse integers: every product and sum is exact, so all bits must agree. `one_in` thins out the parameters.
void judge_integers(unsigned one_in, const std::vector<int32_t>& exact_in) {
  const reference::Shape s{2, 8, 16};
  const size_t pixels = 256;
  std::mt19937 generator(11);
  auto sparse = [&](size_t n, unsigned thin, int largest) {
    std::vector<float> v(n);
    for (float& x : v) {
      x = generator() % thin == 0 ? static_cast<float>(static_cast<int>(generator() % (2 * largest + 1)) - largest) : 0;
    }
    return v;
  };
  const std::vector<float> p = sparse(LDCT_PARAMETER_COUNT, one_in, 2), x = sparse(pixels, 4, 2),
                           y = sparse(pixels, 4, 2);
  const reference::Result expected =
      reference::backward(fixtures::widen(p), fixtures::widen(x), fixtures::widen(y), s);
  for (int32_t precision : exact_in) {
    std::unique_ptr<Network> network = ldct::cuda::create_tuned_network(precision);
    const Computed actual = compute(*network, p, x, y, s);
    for (size_t i = 0; i < pixels; i++) {
      CHECK(static_cast<double>(actual.output[i]) == expected.output[i], "precision ", precision, " pixel ", i);
    }
    for (int i = 0; i < LDCT_PARAMETER_COUNT; i++) {
      CHECK(static_cast<double>(actual.gradients[i]) == expected.gradients[i], "precision ", precision, " parameter ",
            i, ": ", actual.gradients[i], " not ", expected.gradients[i]);
    }
  }
}

TEST(cuda_integer_fills_are_exact) { judge_integers(40, {LDCT_FP32, LDCT_TF32}); }
TEST(cuda_integers_of_eight_bits_are_exact_in_bf16) { judge_integers(120, {LDCT_FP32, LDCT_TF32, LDCT_BF16}); }

TEST(cuda_a_network_that_has_diverged_says_so) {
  for (const Precision& precision : precisions) {
    std::vector<float> p = fixtures::parameters(1);
    p[100] = std::nanf("");
    const std::vector<float> x = fixtures::random(64, -1, 1, 2);
    std::unique_ptr<Network> network = ldct::cuda::create_tuned_network(precision.code);
    CHECK(std::isnan(compute(*network, p, x, x, {1, 8, 8}).loss[0]), precision.name, " hides NaN");
  }
}

}  // namespace
