// The network by cuDNN against the float64 reference, with a stand-in for the library and an emulated device: descriptors,
// layouts, order of calls and everything that surrounds the convolutions. LDCT_TEST_CUDNN names the stand-in's folder.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "cuda_runtime.h"
#include "fixtures.h"
#include "network/network.h"
#include "reference.h"

namespace {

using ldct::cuda::Network;

struct Precision {
  int32_t code;
  const char* name;
  double gradient_limit, output_limit;
};
constexpr Precision precisions[] = {
    {LDCT_FP32, "fp32", 5e-6, 2e-6}, {LDCT_TF32, "tf32", 2e-3, 2e-3}, {LDCT_BF16, "bf16", 3e-2, 2e-2}};

// Points LDCT_CUDNN_PATH at the stand-in, and sets its mode for a scope.
class Stub {
 public:
  explicit Stub(const char* mode = "") {
    const char* folder = std::getenv("LDCT_TEST_CUDNN");
    CHECK(folder, "LDCT_TEST_CUDNN is not set; cppbuild.sh test sets it");
    setenv("LDCT_CUDNN_PATH", folder, 1);
    setenv("LDCT_CUDNN_STUB", mode, 1);
  }
  ~Stub() {
    unsetenv("LDCT_CUDNN_PATH");
    unsetenv("LDCT_CUDNN_STUB");
  }
};

template <class T>
class DeviceArray {
 public:
  explicit DeviceArray(size_t count) {
    CHECK(cudaMalloc(&memory_, count * sizeof(T)) == cudaSuccess, "no emulated memory for ", count);
  }
  explicit DeviceArray(const std::vector<T>& values) : DeviceArray(values.size()) { set(values); }
  ~DeviceArray() { cudaFree(memory_); }
  DeviceArray(const DeviceArray&) = delete;
  void set(const std::vector<T>& values) {
    cudaMemcpy(memory_, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice);
  }
  std::vector<T> get(size_t count) const {
    std::vector<T> values(count);
    cudaMemcpy(values.data(), memory_, count * sizeof(T), cudaMemcpyDeviceToHost);
    return values;
  }
  T* data() const { return memory_; }

 private:
  T* memory_ = nullptr;
};

// One minibatch on the device with room for the results of all calls.
struct Case {
  reference::Shape shape;
  size_t pixels = size_t(shape.n) * shape.rows * shape.columns;
  std::vector<float> p = fixtures::parameters(7);
  std::vector<float> x = fixtures::random(pixels, -1, 3, 8), y = fixtures::random(pixels, -1, 3, 9);
  DeviceArray<float> parameters{p}, input{x}, target{y};
  DeviceArray<float> output{pixels}, loss{1}, gradients{LDCT_PARAMETER_COUNT};

  explicit Case(reference::Shape s) : shape(s) {}

  ldct::cuda::Minibatch batch() const {
    return {input.data(), target.data(), shape.n, {shape.rows, shape.columns}};
  }
  size_t workspace(const Network& network, bool backward) const {
    return network.workspace_bytes(shape.n, {shape.rows, shape.columns}, backward);
  }
  void run_gradients(Network& network, bool with_output = true) {
    DeviceArray<unsigned char> memory(workspace(network, true));
    network.gradients(nullptr, parameters.data(), batch(), memory.data(), with_output ? output.data() : nullptr,
                      loss.data(), gradients.data());
  }
};

double relative(const std::vector<float>& actual, const reference::Values& expected, int begin, int end) {
  double error = 0, norm = 0;
  for (int i = begin; i < end; i++) {
    error += std::pow(actual[i] - expected[i], 2);
    norm += std::pow(expected[i], 2);
  }
  return std::sqrt(error / norm);
}

void judge(reference::Shape shape) {
  Case c(shape);
  const reference::Result expected =
      reference::backward(fixtures::widen(c.p), fixtures::widen(c.x), fixtures::widen(c.y), shape);
  for (const Precision& precision : precisions) {
    auto network = ldct::cuda::create_cudnn_network(precision.code);
    c.run_gradients(*network);
    std::string where = std::string(precision.name) + " " + std::to_string(shape.n) + "x" +
                        std::to_string(shape.rows) + "x" + std::to_string(shape.columns);
    std::vector<float> output = c.output.get(c.pixels), gradients = c.gradients.get(LDCT_PARAMETER_COUNT);
    double scale = 1;
    for (double value : expected.output) scale = std::fmax(scale, std::fabs(value));
    for (size_t i = 0; i < c.pixels; i++) {
      CHECK(std::fabs(output[i] - expected.output[i]) < precision.output_limit * scale, where, " pixel ", i, ": ",
            output[i], " not ", expected.output[i]);
    }
    CHECK(std::fabs(c.loss.get(1)[0] / expected.loss - 1) < precision.output_limit, where, " loss");
    // With few pixels, the ReLUs show whose sign the rounding of operands turns.
    double few = precision.code != LDCT_FP32 && c.pixels < 1500 ? 4 : 1;
    for (int t = 0; t < 6; t++) {
      double error =
          relative(gradients, expected.gradients, reference::tensor_begin[t], reference::tensor_begin[t + 1]);
      CHECK(error < few * precision.gradient_limit, where, " gradient of tensor ", t, " is off by ", error);
    }
    DeviceArray<unsigned char> memory(c.workspace(*network, false));
    DeviceArray<float> predicted(c.pixels);
    network->forward(nullptr, c.parameters.data(), c.batch(), memory.data(), predicted.data());
    CHECK(std::memcmp(predicted.get(c.pixels).data(), output.data(), c.pixels * sizeof(float)) == 0, where,
          " forward differs from the output of gradients");
    CHECK(precision.code != LDCT_TF32 || relative(gradients, expected.gradients, 0, 24513) > 1e-5, where,
          " was not computed in tf32");
  }
}

// This one comes first: once the library is open it stays so.
TEST(a_missing_cudnn_is_told_with_what_to_do) {
  setenv("LDCT_CUDNN_PATH", "/nowhere", 1);
  try {
    ldct::cuda::create_cudnn_network(LDCT_FP32);
    CHECK(false, "it was found");
  } catch (const ldct::Error& e) {
    CHECK(e.status() == LDCT_UNSUPPORTED, e.status());
    CHECK(std::string(e.what()).find("/nowhere/libcudnn.so.9") != std::string::npos, e.what());
    CHECK(std::string(e.what()).find("LDCT_CUDNN_PATH") != std::string::npos, e.what());
  }
  unsetenv("LDCT_CUDNN_PATH");
}

TEST(cudnn_gradients_hold_every_precision) {
  Stub stub;
  for (reference::Shape shape : {reference::Shape{1, 1, 1}, {2, 1, 7}, {3, 9, 11}, {1, 41, 37}}) {
    judge(shape);
  }
}

TEST(without_the_fused_call_cudnn_computes_the_same) {
  Stub stub("unfused");
  judge({2, 11, 14});
}

TEST(cudnn_gives_the_same_bits_twice_and_without_an_output) {
  Stub stub;
  for (const Precision& precision : precisions) {
    Case c({2, 7, 9});
    auto network = ldct::cuda::create_cudnn_network(precision.code);
    c.run_gradients(*network);
    std::vector<float> first = c.gradients.get(LDCT_PARAMETER_COUNT);
    c.run_gradients(*network, false);
    CHECK(std::memcmp(first.data(), c.gradients.get(LDCT_PARAMETER_COUNT).data(), sizeof(float) * first.size()) == 0,
          precision.name);
  }
}

TEST(a_recorded_cudnn_step_follows_its_inputs) {
  Stub stub;
  Case c({2, 6, 5});
  auto network = ldct::cuda::create_cudnn_network(LDCT_FP32);
  DeviceArray<unsigned char> memory(c.workspace(*network, true));
  cudaStream_t stream;
  cudaGraph_t graph;
  cudaGraphExec_t executable;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal);
  network->gradients(stream, c.parameters.data(), c.batch(), memory.data(), c.output.data(), c.loss.data(),
                     c.gradients.data());
  cudaStreamEndCapture(stream, &graph);
  CHECK(std::isnan(c.loss.get(1)[0]), "work was done while it was recorded");
  cudaGraphInstantiate(&executable, graph);
  std::vector<float> other = fixtures::random(c.pixels, -1, 1, 77);
  c.input.set(other);
  cudaGraphLaunch(executable, stream);
  double expected =
      reference::backward(fixtures::widen(c.p), fixtures::widen(other), fixtures::widen(c.y), c.shape).loss;
  CHECK(std::fabs(c.loss.get(1)[0] / expected - 1) < 1e-6, c.loss.get(1)[0], " not ", expected);
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
  cudaStreamDestroy(stream);
}

TEST(cudnn_lets_nan_through) {
  Stub stub;
  for (const Precision& precision : precisions) {
    Case c({1, 6, 6});
    std::vector<float> broken = c.p;
    broken[100] = std::nanf("");
    c.parameters.set(broken);
    auto network = ldct::cuda::create_cudnn_network(precision.code);
    c.run_gradients(*network);
    CHECK(std::isnan(c.loss.get(1)[0]), precision.name, " hides NaN");
  }
}

TEST(cudnn_errors_carry_its_own_message) {
  Case c({1, 4, 4});
  std::unique_ptr<Network> network;
  {
    Stub stub;
    network = ldct::cuda::create_cudnn_network(LDCT_BF16);
  }
  Stub broken("broken");
  try {
    c.run_gradients(*network);
    CHECK(false, "no error");
  } catch (const ldct::Error& e) {
    CHECK(e.status() == LDCT_DEVICE_ERROR, e.status());
    CHECK(std::string(e.what()) ==
              "cuDNN, a convolution: CUDNN_STATUS_EXECUTION_FAILED, the stub was told to fail",
          e.what());
  }
}

TEST(cudnn_declines_what_it_cannot_do) {
  Stub stub;
  auto network = ldct::cuda::create_cudnn_network(LDCT_FP32);
  try {
    network->workspace_bytes(129, {512, 512}, true);
    CHECK(false, "no error");
  } catch (const ldct::Error& e) {
    CHECK(e.status() == LDCT_INVALID_ARGUMENT, e.what());
    CHECK(std::string(e.what()).find("at most 127 images") != std::string::npos, e.what());
  }
  CHECK(network->workspace_bytes(129, {512, 512}, false) > size_t{1} << 50, "too many to predict at once");
  try {
    ldct::cuda::create_cudnn_network(LDCT_BF16X3);
    CHECK(false, "no error");
  } catch (const ldct::Error& e) {
    CHECK(e.status() == LDCT_UNSUPPORTED, e.what());
  }
}

}  // namespace
