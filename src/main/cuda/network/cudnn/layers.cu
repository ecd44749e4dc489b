#include "network/cudnn/layers.h"

#include <algorithm>
#include <string>

namespace ldct::cuda::cudnn {
namespace {

// Faster algorithms are there with more; what the network itself needs is of the same size.
constexpr size_t workspace_limit = size_t{1} << 30;

template <class T>
Owned<T> make(Status (*create)(T**), Status (*destroy)(T*), const char* what) {
  T* made = nullptr;
  require(create(&made), what);
  return Owned<T>(made, destroy);
}

int data_type(int32_t precision) { return precision == LDCT_BF16 ? bfloat16 : float32; }

Owned<Tensor> make_tensor(int32_t precision, int n, int channels, Shape shape) {
  auto tensor = make(api().create_tensor, api().destroy_tensor, "creating a tensor descriptor");
  require(api().set_tensor(tensor.get(), channels_last, data_type(precision), n, channels, shape.rows, shape.columns),
        "describing a tensor");
  return tensor;
}

// The kind of arithmetic to ask for: fp32 keeps every bit, tf32 may round operands, bf16 has nothing to lose.
int wanted_math(int32_t precision) {
  return precision == LDCT_FP32 ? fma_math : precision == LDCT_TF32 ? default_math : tensor_math;
}

// rank(convolution, capacity, count, candidates) is one of the three heuristics.
template <class Rank>
Choice choose(int32_t precision, int kernel, int winograd, int winograd_unfused, const char* direction,
              const Rank& rank) {
  Choice choice;
  choice.convolution = make(api().create_convolution, api().destroy_convolution, "creating a convolution descriptor");
  require(api().set_convolution(choice.convolution.get(), kernel / 2, kernel / 2, 1, 1, 1, 1, cross_correlation, float32),
        "describing a convolution");
  require(api().set_math(choice.convolution.get(), wanted_math(precision)), "setting the kind of arithmetic");
  Candidate candidates[16];
  int count = 0;
  require(rank(choice.convolution.get(), 16, &count, candidates), direction);
  for (int i = 0; i < count; i++) {
    const Candidate& candidate = candidates[i];
    // Winograd's transforms lose more digits than the precisions promise.
    bool transforms = candidate.algorithm == winograd || candidate.algorithm == winograd_unfused;
    if (candidate.status == success && candidate.determinism == deterministic && !transforms &&
        candidate.memory <= workspace_limit) {
      int math = precision == LDCT_FP32 ? fma_math : candidate.math;
      require(api().set_math(choice.convolution.get(), math), "setting the kind of arithmetic");
      choice.algorithm = candidate.algorithm;
      choice.workspace = candidate.memory;
      return choice;
    }
  }
  throw Error(LDCT_UNSUPPORTED, std::string("cuDNN, ") + direction + ": no deterministic algorithm for this shape");
}

}  // namespace

Owned<Activation> make_relu() {
  auto activation = make(api().create_activation, api().destroy_activation, "creating an activation descriptor");
  require(api().set_activation(activation.get(), relu, propagate_nan, 0), "describing the activation");
  return activation;
}

Layers plan_layers(Context* context, int32_t precision, int32_t n, Shape shape, bool backward) {
  if (shape.pixels() * n > most_pixels) {
    throw Error(LDCT_INVALID_ARGUMENT, "cuDNN takes at most " + std::to_string(most_pixels / shape.pixels()) +
                                           " images of this size at once; lower mbs");
  }
  Layers layers;
  for (int i = 0; i < 3; i++) {
    const LayerForm& form = forms[i];
    Layer& layer = layers.layer[i];
    layer.input = make_tensor(precision, n, form.inputs, shape);
    layer.output = make_tensor(precision, n, form.outputs, shape);
    layer.bias = make_tensor(precision, 1, form.outputs, {1, 1});
    layer.weights = make(api().create_filter, api().destroy_filter, "creating a filter descriptor");
    require(api().set_filter(layer.weights.get(), data_type(precision), channels_last, form.outputs, form.inputs,
                           form.kernel, form.kernel),
          "describing a filter");
    layer.forward = choose(precision, form.kernel, forward_winograd, forward_winograd_unfused, "choosing a forward pass",
                           [&](Convolution* convolution, int capacity, int* count, Candidate* candidates) {
                             return api().rank_forward(context, layer.input.get(), layer.weights.get(), convolution,
                                                       layer.output.get(), capacity, count, candidates);
                           });
    layers.workspace = std::max(layers.workspace, layer.forward.workspace);
    if (!backward) {
      continue;
    }
    layer.backward_filter =
        choose(precision, form.kernel, filter_winograd, filter_winograd_unfused, "choosing a weight gradient",
               [&](Convolution* convolution, int capacity, int* count, Candidate* candidates) {
                 return api().rank_backward_filter(context, layer.input.get(), layer.output.get(), convolution,
                                                   layer.weights.get(), capacity, count, candidates);
               });
    layers.workspace = std::max(layers.workspace, layer.backward_filter.workspace);
    if (i > 0) {
      layer.backward_data =
          choose(precision, form.kernel, data_winograd, data_winograd_unfused, "choosing a data gradient",
                 [&](Convolution* convolution, int capacity, int* count, Candidate* candidates) {
                   return api().rank_backward_data(context, layer.weights.get(), layer.output.get(), convolution,
                                                   layer.input.get(), capacity, count, candidates);
                 });
      layers.workspace = std::max(layers.workspace, layer.backward_data.workspace);
    }
  }
  return layers;
}

}  // namespace ldct::cuda::cudnn
