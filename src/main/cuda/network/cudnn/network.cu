// CNN-10 with its convolutions by cuDNN, channels-last in every precision.
#include <cstdint>
#include <map>
#include <tuple>
#include <type_traits>
#include <utility>

#include "network/cudnn/elementwise.h"
#include "network/cudnn/layers.h"
#include "network/network.h"

namespace ldct::cuda {
namespace {

using namespace cudnn;

constexpr float one = 1, zero = 0;

Owned<Context> make_context() {
  Context* made = nullptr;
  require(api().create(&made), "creating a context");
  return Owned<Context>(made, api().destroy);
}

// Hands out pieces of the workspace, or only counts them where the base is null.
class Pieces {
 public:
  explicit Pieces(void* base) : base_(reinterpret_cast<uintptr_t>(base)) {}
  template <class T>
  T* take(int64_t count) {
    uintptr_t begin = base_ + used_;
    used_ += (static_cast<size_t>(count) * sizeof(T) + 255) / 256 * 256;
    return reinterpret_cast<T*>(begin);
  }
  size_t used() const { return used_; }

 private:
  uintptr_t base_;
  size_t used_ = 0;
};

// T is what activations are held in.
template <class T>
class CudnnNetwork : public Network {
 public:
  explicit CudnnNetwork(int32_t precision) : precision_(precision), context_(make_context()), relu_(make_relu()) {}

  size_t workspace_bytes(int32_t n, Shape shape, bool backward) const override {
    if (!backward && n > 1 && shape.pixels() * n > most_pixels) {
      return size_t{1} << 60;  // no device has it: whoever predicts asks for fewer images then
    }
    Pieces pieces(nullptr);
    carve(pieces, plan(n, shape, backward), shape.pixels() * n, backward);
    return pieces.used();
  }

  void forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
               float* output) override {
    Layers& layers = plan(batch.n, batch.shape, false);
    Pieces pieces(workspace);
    Buffers buffers = carve(pieces, layers, batch.shape.pixels() * batch.n, false);
    require(api().set_stream(context_.get(), stream), "setting the stream");
    run_forward(stream, layers, parameters, batch, buffers, output);
  }

  void gradients(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace, float* output,
                 float* loss, float* gradients) override {
    Layers& layers = plan(batch.n, batch.shape, true);
    Pieces pieces(workspace);
    Buffers buffers = carve(pieces, layers, batch.shape.pixels() * batch.n, true);
    require(api().set_stream(context_.get(), stream), "setting the stream");
    float* prediction = output ? output : buffers.output;
    run_forward(stream, layers, parameters, batch, buffers, prediction);
    run_backward(stream, layers, batch, buffers, prediction, loss, gradients);
  }

 private:
  // activation[0] is the input, activation[3] the last layer before its bias; delta[i] the gradient of activation[i].
  struct Buffers {
    T* weights;
    T* activation[4];
    T* delta[4];
    T* weight_gradients;
    float* output;
    double* sums;
    void* workspace;
  };

  Layers& plan(int32_t n, Shape shape, bool backward) const {
    auto key = std::make_tuple(n, shape.rows, shape.columns, backward);
    auto found = plans_.find(key);
    if (found == plans_.end()) {
      found = plans_.emplace(key, plan_layers(context_.get(), precision_, n, shape, backward)).first;
    }
    return found->second;
  }

  static Buffers carve(Pieces& pieces, const Layers& layers, int64_t pixels, bool backward) {
    Buffers buffers{};
    buffers.weights = pieces.take<T>(LDCT_PARAMETER_COUNT);
    if (!std::is_same<T, float>::value) {
      buffers.activation[0] = pieces.take<T>(pixels);
    }
    for (int i = 0; i < 3; i++) {
      buffers.activation[i + 1] = pieces.take<T>(pixels * forms[i].outputs);
      if (backward) {
        buffers.delta[i + 1] = pieces.take<T>(pixels * forms[i].outputs);
      }
    }
    if (backward) {
      buffers.weight_gradients = pieces.take<T>(LDCT_PARAMETER_COUNT);
      buffers.output = pieces.take<float>(pixels);
      buffers.sums = pieces.take<double>(sum_scratch);
    }
    buffers.workspace = pieces.take<unsigned char>(static_cast<int64_t>(layers.workspace));
    return buffers;
  }

  // float32 images are taken as they are: with one channel the layouts agree.
  static const T* input_of(cudaStream_t stream, const Minibatch& batch, const Buffers& buffers) {
    if constexpr (std::is_same<T, float>::value) {
      return batch.input;
    } else {
      convert(stream, batch.input, buffers.activation[0], batch.shape.pixels() * batch.n);
      return buffers.activation[0];
    }
  }

  void run_forward(cudaStream_t stream, Layers& layers, const float* parameters, const Minibatch& batch,
                   Buffers& buffers, float* output) {
    int64_t pixels = batch.shape.pixels() * batch.n;
    pack_weights(stream, parameters, buffers.weights);
    const T* input = input_of(stream, batch, buffers);
    for (int i = 0; i < 2; i++) {
      hidden_layer(stream, layers.layer[i], i, parameters + forms[i].bias, i == 0 ? input : buffers.activation[i],
                   buffers, pixels);
    }
    convolve(layers.layer[2], 2, buffers.activation[2], buffers);
    add_last_bias(stream, buffers.activation[3], parameters + forms[2].bias, output, pixels);
  }

  // Convolution, bias and ReLU, by one call of cuDNN where it offers that. In bf16 it would round the bias as well.
  void hidden_layer(cudaStream_t stream, const Layer& layer, int i, const float* bias, const T* input,
                    Buffers& buffers, int64_t pixels) {
    if (std::is_same<T, float>::value && fuses_[i]) {
      const Choice& choice = layer.forward;
      T* output = buffers.activation[i + 1];
      Status status = api().forward_activated(
          context_.get(), &one, layer.input.get(), input, layer.weights.get(), buffers.weights + forms[i].weights,
          choice.convolution.get(), choice.algorithm, buffers.workspace, choice.workspace, &zero, layer.output.get(),
          output, layer.bias.get(), bias, relu_.get(), layer.output.get(), output);
      if (category(status) != category_unsupported) {
        require(status, "a convolution with bias and ReLU");
        return;
      }
      fuses_[i] = false;
    }
    convolve(layer, i, input, buffers);
    add_bias_relu(stream, buffers.activation[i + 1], bias, forms[i].outputs, pixels * forms[i].outputs);
  }

  void convolve(const Layer& layer, int i, const T* input, Buffers& buffers) {
    const Choice& choice = layer.forward;
    require(api().forward(context_.get(), &one, layer.input.get(), input, layer.weights.get(),
                        buffers.weights + forms[i].weights, choice.convolution.get(), choice.algorithm,
                        buffers.workspace, choice.workspace, &zero, layer.output.get(), buffers.activation[i + 1]),
          "a convolution");
  }

  void run_backward(cudaStream_t stream, Layers& layers, const Minibatch& batch, Buffers& buffers,
                    const float* output, float* loss, float* gradients) {
    int64_t pixels = batch.shape.pixels() * batch.n;
    loss_gradient(stream, output, batch.target, pixels, buffers.delta[3], buffers.sums, loss,
                  gradients + forms[2].bias);
    for (int i = 2; i >= 0; i--) {
      const Layer& layer = layers.layer[i];
      const T* input = buffers.activation[i];
      if constexpr (std::is_same<T, float>::value) {
        input = i == 0 ? batch.input : input;
      }
      const T* delta = buffers.delta[i + 1];
      const Choice& filter = layer.backward_filter;
      require(api().backward_filter(context_.get(), &one, layer.input.get(), input, layer.output.get(), delta,
                                  filter.convolution.get(), filter.algorithm, buffers.workspace, filter.workspace,
                                  &zero, layer.weights.get(), buffers.weight_gradients + forms[i].weights),
            "a weight gradient");
      if (i > 0) {
        const Choice& data = layer.backward_data;
        require(api().backward_data(context_.get(), &one, layer.weights.get(), buffers.weights + forms[i].weights,
                                  layer.output.get(), delta, data.convolution.get(), data.algorithm,
                                  buffers.workspace, data.workspace, &zero, layer.input.get(), buffers.delta[i]),
              "a data gradient");
        gate(stream, buffers.activation[i], buffers.delta[i], pixels * forms[i].inputs);
        bias_gradient(stream, buffers.delta[i], pixels, forms[i].inputs, buffers.sums, gradients + forms[i - 1].bias);
      }
    }
    unpack_weight_gradients(stream, buffers.weight_gradients, gradients);
  }

  int32_t precision_;
  Owned<Context> context_;
  Owned<Activation> relu_;
  bool fuses_[2] = {true, true};  // until cuDNN declines
  mutable std::map<std::tuple<int32_t, int32_t, int32_t, bool>, Layers> plans_;
};

}  // namespace

std::unique_ptr<Network> create_cudnn_network(int32_t precision) {
  switch (precision) {
    case LDCT_FP32:
    case LDCT_TF32: return std::make_unique<CudnnNetwork<float>>(precision);
    case LDCT_BF16: return std::make_unique<CudnnNetwork<__nv_bfloat16>>(precision);
    default: throw Error(LDCT_UNSUPPORTED, "cuDNN computes in fp32, tf32 and bf16 only");
  }
}

}  // namespace ldct::cuda
