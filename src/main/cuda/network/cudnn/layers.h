// The three convolutions of CNN-10 as cuDNN sees them at one shape: descriptors, and the algorithm of each direction.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "network/cudnn/api.h"
#include "network/network.h"

namespace ldct::cuda::cudnn {

// Kernels are square; weights and bias say where the layer's parameters begin in a parameter vector.
struct LayerForm {
  int inputs, outputs, kernel;
  int weights, bias;
};
constexpr LayerForm forms[3] = {{1, 64, 9, 0, 5184}, {64, 32, 3, 5248, 23680}, {32, 1, 5, 23712, 24512}};

template <class T>
using Owned = std::unique_ptr<T, Status (*)(T*)>;

// A chosen algorithm, with the convolution descriptor that carries its kind of arithmetic.
struct Choice {
  Owned<Convolution> convolution{nullptr, nullptr};
  int algorithm = 0;
  size_t workspace = 0;
};

struct Layer {
  Owned<Tensor> input{nullptr, nullptr}, output{nullptr, nullptr}, bias{nullptr, nullptr};
  Owned<Filter> weights{nullptr, nullptr};
  Choice forward, backward_data, backward_filter;
};

struct Layers {
  std::array<Layer, 3> layer;
  size_t workspace = 0;  // the largest that any of the choices needs
};

// cuDNN counts the elements of a tensor in 32 bits.
constexpr int64_t most_pixels = INT32_MAX / 64;

Owned<Activation> make_relu();

/*
 * Descriptors of n images of a shape and the best algorithms by cuDNN's heuristics, which always answer alike; only
 * deterministic ones that do not transform the numbers first. The backward directions are chosen only if asked for.
 */
Layers plan_layers(Context* context, int32_t precision, int32_t n, Shape shape, bool backward);

}  // namespace ldct::cuda::cudnn
