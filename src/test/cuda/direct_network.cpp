// CNN-10 as plainly as kernels can say it: a thread an output, each sum in the order of its definition. Takes the place of
// the hand-written kernels where a test is about the engine around them: on a few pixels it is a hundred times cheaper to
// emulate.
#include <vector>

#include "device/launch.h"
#include "network/network.h"

namespace ldct::cuda {
namespace {

constexpr int threads = 64;

struct Layer {
  int inputs, outputs, kernel, weights, bias;
  bool rectified;
};
constexpr Layer layers[] = {{1, 64, 9, 0, 5184, true}, {64, 32, 3, 5248, 23680, true}, {32, 1, 5, 23712, 24512, false}};

struct Extent {
  int n, rows, columns;
  int pixels() const { return rows * columns; }
};

bool reach(const Extent& e, int row, int column, int* at) {
  *at = row * e.columns + column;
  return row >= 0 && row < e.rows && column >= 0 && column < e.columns;
}

int thread_index() { return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); }

__global__ void convolve(Layer l, Extent e, const float* parameters, const float* in, float* out) {
  const int i = thread_index(), pixel = i % e.pixels(), o = i / e.pixels() % l.outputs, image = i / e.pixels() / l.outputs;
  if (i >= e.n * l.outputs * e.pixels()) {
    return;
  }
  const int taps = l.kernel * l.kernel, pad = l.kernel / 2;
  float sum = parameters[l.bias + o];
  for (int c = 0; c < l.inputs; c++) {
    for (int tap = 0; tap < taps; tap++) {
      int at;
      if (reach(e, pixel / e.columns + tap / l.kernel - pad, pixel % e.columns + tap % l.kernel - pad, &at)) {
        sum += parameters[l.weights + (o * l.inputs + c) * taps + tap] * in[(image * l.inputs + c) * e.pixels() + at];
      }
    }
  }
  out[i] = l.rectified && sum < 0 ? 0 : sum;
}

// gradient of a layer's input, gated by the rectifier that made it.
__global__ void convolve_back(Layer l, Extent e, const float* parameters, const float* delta, const float* gate,
                              float* out) {
  const int i = thread_index(), pixel = i % e.pixels(), c = i / e.pixels() % l.inputs, image = i / e.pixels() / l.inputs;
  if (i >= e.n * l.inputs * e.pixels()) {
    return;
  }
  const int taps = l.kernel * l.kernel, pad = l.kernel / 2;
  float sum = 0;
  for (int o = 0; o < l.outputs; o++) {
    for (int tap = 0; tap < taps; tap++) {
      int at;
      if (reach(e, pixel / e.columns - tap / l.kernel + pad, pixel % e.columns - tap % l.kernel + pad, &at)) {
        sum += parameters[l.weights + (o * l.inputs + c) * taps + tap] * delta[(image * l.outputs + o) * e.pixels() + at];
      }
    }
  }
  out[i] = gate[i] <= 0 ? 0 : sum;
}

// A thread a weight; those after the last weight are the biases.
__global__ void weight_gradients(Layer l, Extent e, const float* in, const float* delta, float* gradients) {
  const int i = thread_index(), taps = l.kernel * l.kernel, pad = l.kernel / 2, weights = l.outputs * l.inputs * taps;
  if (i >= weights + l.outputs) {
    return;
  }
  const bool is_bias = i >= weights;
  const int o = is_bias ? i - weights : i / taps / l.inputs, c = i / taps % l.inputs, tap = i % taps;
  double sum = 0;
  for (int image = 0; image < e.n; image++) {
    for (int pixel = 0; pixel < e.pixels(); pixel++) {
      const float d = delta[(image * l.outputs + o) * e.pixels() + pixel];
      int at;
      if (is_bias) {
        sum += static_cast<double>(d);
      } else if (reach(e, pixel / e.columns + tap / l.kernel - pad, pixel % e.columns + tap % l.kernel - pad, &at)) {
        sum += static_cast<double>(d) * static_cast<double>(in[(image * l.inputs + c) * e.pixels() + at]);
      }
    }
  }
  gradients[is_bias ? l.bias + o : l.weights + i] = static_cast<float>(sum);
}

__global__ void compare(int elements, const float* output, const float* target, float* delta, float* loss) {
  double sum = 0;
  for (int i = 0; i < elements; i++) {
    const float difference = output[i] - target[i];
    sum += static_cast<double>(difference) * static_cast<double>(difference);
    delta[i] = difference * static_cast<float>(2.0 / elements);
  }
  *loss = static_cast<float>(sum / elements);
}

class DirectNetwork : public Network {
 public:
  size_t workspace_bytes(int32_t n, Shape shape, bool) const override {
    return static_cast<size_t>(n) * static_cast<size_t>(shape.pixels()) * (64 + 32 + 1 + 64 + 32 + 1) * sizeof(float);
  }

  void forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
               float* output) override {
    const Extent e{batch.n, batch.shape.rows, batch.shape.columns};
    const int pixels = e.n * e.pixels();
    float *a = static_cast<float*>(workspace), *b = a + 64 * pixels;
    launch("layer 1", stream, grid(64 * pixels), convolve, layers[0], e, parameters, batch.input, a);
    launch("layer 2", stream, grid(32 * pixels), convolve, layers[1], e, parameters, a, b);
    launch("layer 3", stream, grid(pixels), convolve, layers[2], e, parameters, b, output);
  }

  void gradients(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace, float* output,
                 float* loss, float* gradients) override {
    const Extent e{batch.n, batch.shape.rows, batch.shape.columns};
    const int pixels = e.n * e.pixels();
    float *a = static_cast<float*>(workspace), *b = a + 64 * pixels, *own_output = b + 32 * pixels;
    float *of_a = own_output + pixels, *of_b = of_a + 64 * pixels;
    float* out = output ? output : own_output;
    float* delta = output ? own_output : of_a;  // of_a is written after its last use
    forward(stream, parameters, batch, workspace, out);
    launch("loss", stream, {dim3(1), dim3(1)}, compare, pixels, out, batch.target, delta, loss);
    launch("weights 3", stream, grid(801), weight_gradients, layers[2], e, b, delta, gradients);
    launch("back 3", stream, grid(32 * pixels), convolve_back, layers[2], e, parameters, delta, b, of_b);
    launch("weights 2", stream, grid(18464), weight_gradients, layers[1], e, a, of_b, gradients);
    launch("back 2", stream, grid(64 * pixels), convolve_back, layers[1], e, parameters, of_b, a, of_a);
    launch("weights 1", stream, grid(5248), weight_gradients, layers[0], e, batch.input, of_a, gradients);
  }

 private:
  static Grid grid(int64_t count) { return {dim3(divide_up(count, threads)), dim3(threads)}; }
};

}  // namespace

std::unique_ptr<Network> create_tuned_network(int32_t precision) {
  if (precision != LDCT_FP32) {
    throw Error(LDCT_UNSUPPORTED, "the network of the tests knows fp32 only");
  }
  return std::make_unique<DirectNetwork>();
}

}  // namespace ldct::cuda
