// CNN-10 in bfloat16 on the tensor cores: two kernels forward, two backward, one before and one after.
#include <algorithm>

#include "network/tuned/launch.h"
#include "network/tuned/networks.h"
#include "network/tuned/tensor/data_gradient.cuh"
#include "network/tuned/tensor/forward.cuh"
#include "network/tuned/tensor/output.cuh"
#include "network/tuned/tensor/weight_gradient.cuh"
#include "network/tuned/tensor/weights.cuh"
#include "network/tuned/workspace.h"

namespace ldct::cuda {
namespace tensor {
namespace {

// Blocks of the gradient kernels that a multiprocessor holds at once, as their launch bounds say.
constexpr int data_gradient_blocks = 3, weight_gradient_blocks = 2;

struct Arrays {
  Weights weights;
  Activations activations;
  float* delta3;
  uint4* delta2;
  float *parts1, *parts23;
  LossPart* loss_parts;
  size_t bytes;
};

struct Grid {
  Tiles output, gradient;
  int data_gradient, weight_gradient;  // blocks

  Grid(int32_t n, Shape shape, int multiprocessors)
      : output(cut<output_rows, tile_columns>(n, shape.rows, shape.columns)),
        gradient(cut<gradient_rows, tile_columns>(n, shape.rows, shape.columns)),
        data_gradient(std::min(gradient.count, multiprocessors * data_gradient_blocks)),
        weight_gradient(std::min(gradient.count, multiprocessors * weight_gradient_blocks)) {}
};

Arrays arrays(void* memory, const Grid& grid, int32_t n, Shape shape, bool backward) {
  Workspace space(memory);
  const size_t pixels = static_cast<size_t>(n) * static_cast<size_t>(shape.pixels());
  Arrays a = {};
  a.weights.forward1 = space.take<uint4>(forward1_steps * step_fragments);
  a.weights.forward2 = space.take<uint4>(forward2_steps * step_fragments);
  a.weights.backward2 = space.take<uint4>(backward2_steps * step_fragments);
  a.weights.backward3 = space.take<uint4>(steps3 * step_fragments);
  a.weights.forward3 = space.take<uint4>(steps3 * step_fragments);
  a.activations.layer2 = space.take<uint4>(pixels * channels2 / 8);
  if (backward) {
    a.activations.layer1 = space.take<uint4>(pixels * channels1 / 8);
    a.activations.mask1 = space.take<unsigned char>(pixels * channels1 / 8);
    a.activations.mask2 = space.take<unsigned char>(pixels * channels2 / 8);
    a.delta3 = space.take<float>(pixels);
    a.delta2 = space.take<uint4>(pixels * channels2 / 8);
    a.parts1 = space.take<float>(static_cast<size_t>(grid.data_gradient) * Part1::size);
    a.parts23 = space.take<float>(static_cast<size_t>(grid.weight_gradient) * Part23::size);
    a.loss_parts = space.take<LossPart>(static_cast<size_t>(grid.output.count));
  }
  a.bytes = space.bytes();
  return a;
}

class TensorNetwork final : public Network {
 public:
  TensorNetwork() {
    int device = 0;
    check(cudaGetDevice(&device), "current device");
    check(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, device), "multiprocessors");
  }

  size_t workspace_bytes(int32_t n, Shape shape, bool backward) const override {
    return arrays(nullptr, Grid(n, shape, multiprocessors_), n, shape, backward).bytes;
  }

  void forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
               float* output) override {
    const Grid grid(batch.n, batch.shape, multiprocessors_);
    const Arrays a = arrays(workspace, grid, batch.n, batch.shape, false);
    run_forward(stream, parameters, batch, a, grid, {output, nullptr, nullptr, nullptr, 0});
  }

  void gradients(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace, float* output,
                 float* loss, float* gradients) override {
    const Grid grid(batch.n, batch.shape, multiprocessors_);
    const Arrays a = arrays(workspace, grid, batch.n, batch.shape, true);
    const double elements = static_cast<double>(batch.n) * static_cast<double>(batch.shape.pixels());
    run_forward(stream, parameters, batch, a, grid,
                {output, batch.target, a.delta3, a.loss_parts, static_cast<float>(2 / elements)});
    const DataGradientInput data = {batch.input,         a.delta3,           a.activations.mask1, a.activations.mask2,
                                    a.weights.backward3, a.weights.backward2};
    launch("data gradient", data_gradient, grid.data_gradient, threads, DataGradientMemory::bytes, stream, data,
           a.delta2, a.parts1, grid.gradient);
    const WeightGradientInput weight = {a.activations.layer1, a.delta2, a.activations.layer2, a.delta3};
    launch("weight gradient", weight_gradient, grid.weight_gradient, threads, 2 * WeightGradientMemory::bytes, stream,
           weight, a.parts23, grid.gradient);
    launch_reduce(stream, Parts<Part1>{a.parts1, grid.data_gradient}, Parts<Part23>{a.parts23, grid.weight_gradient},
                  a.loss_parts, grid.output.count, elements, gradients, loss);
  }

 private:
  // Large tiles repeat less of layer 1; small ones fill the device where there are few pixels.
  void run_forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, const Arrays& a,
                   const Grid& grid, const Output& output) const {
    launch("order of weights", arrange_weights, arrange_blocks, arrange_threads, 0, stream, parameters, a.weights);
    const Tiles large = cut<ForwardTile<4>::rows, tile_columns>(batch.n, batch.shape.rows, batch.shape.columns);
    if (large.count >= multiprocessors_) {
      launch_layers<4>(stream, parameters, batch, a);
    } else {
      launch_layers<1>(stream, parameters, batch, a);
    }
    launch("layer 3", output_layer, grid.output.count, threads, output_shared, stream, a.activations.layer2,
           parameters + bias3, a.weights.forward3, output, grid.output);
  }

  template <int ROWS>
  static void launch_layers(cudaStream_t stream, const float* parameters, const Minibatch& batch, const Arrays& a) {
    const Tiles tiles = cut<ForwardTile<ROWS>::rows, tile_columns>(batch.n, batch.shape.rows, batch.shape.columns);
    launch("layers 1 and 2", forward_layers<ROWS>, tiles.count, threads, ForwardTile<ROWS>::shared_bytes, stream,
           batch.input, parameters, a.weights, a.activations, tiles);
  }

  int multiprocessors_ = 0;
};

}  // namespace
}  // namespace tensor

std::unique_ptr<Network> create_tensor_network() { return std::make_unique<tensor::TensorNetwork>(); }

}  // namespace ldct::cuda
