// CNN-10 on the tensor cores, in bfloat16 or tf32: two kernels forward, two backward, one before and one after.
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

// With fewer tiles a multiprocessor, a second block of the weight gradient costs more in parts than it gains.
constexpr int tiles_worth_a_second_block = 16;

struct Arrays {
  Weights weights;
  Activations activations;
  float* delta3;
  uint4* delta2;
  float *parts1, *parts23;
  LossPart* loss_parts;
  size_t bytes;
};

template <class E>
struct Grid {
  Tiles output, data, weight;
  int data_blocks, weight_blocks;

  Grid(int32_t n, Shape shape, int multiprocessors)
      : output(cut<output_rows, tile_columns>(n, shape)),
        data(cut<gradient_rows, tile_columns>(n, shape)),
        weight(cut<WeightGradientMemory<E>::rows, tile_columns>(n, shape)),
        data_blocks(std::min(data.count, multiprocessors * data_gradient_blocks<E>)),
        weight_blocks(std::min(weight.count, weight.count < multiprocessors * tiles_worth_a_second_block
                                                 ? multiprocessors
                                                 : multiprocessors * WeightGradientMemory<E>::blocks)) {}
};

template <class E>
Arrays arrays(void* memory, const Grid<E>& grid, int32_t n, Shape shape, bool backward) {
  Workspace space(memory);
  const size_t pixels = static_cast<size_t>(n) * static_cast<size_t>(shape.pixels());
  Arrays a = {};
  a.weights.forward1 = space.take<uint4>(Steps<E>::forward1 * step_size);
  a.weights.forward2 = space.take<uint4>(Steps<E>::forward2 * step_size);
  a.weights.backward2 = space.take<uint4>(Steps<E>::backward2 * step_size);
  a.weights.backward3 = space.take<uint4>(Steps<E>::backward3 * step_size);
  a.weights.forward3 = space.take<uint4>(Steps<E>::forward3 * step_size);
  a.activations.layer2 = space.take<uint4>(pixels * chunks<E>(channels2));
  if (backward) {
    a.activations.layer1 = space.take<uint4>(pixels * chunks<E>(channels1));
    a.activations.mask1 = space.take<unsigned char>(pixels * channels1 / 8);
    a.activations.mask2 = space.take<unsigned char>(pixels * channels2 / 8);
    a.delta3 = space.take<float>(pixels);
    a.delta2 = space.take<uint4>(pixels * chunks<E>(channels2));
    a.parts1 = space.take<float>(static_cast<size_t>(grid.data_blocks) * Part1::size);
    a.parts23 = space.take<float>(static_cast<size_t>(grid.weight_blocks) * Part23::size);
    a.loss_parts = space.take<LossPart>(static_cast<size_t>(grid.output.count));
  }
  a.bytes = space.bytes();
  return a;
}

template <class E>
class TensorNetwork final : public Network {
 public:
  TensorNetwork() {
    int device = 0;
    check(cudaGetDevice(&device), "current device");
    check(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, device), "multiprocessors");
  }

  size_t workspace_bytes(int32_t n, Shape shape, bool backward) const override {
    return arrays(nullptr, Grid<E>(n, shape, multiprocessors_), n, shape, backward).bytes;
  }

  void forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
               float* output) override {
    const Grid<E> grid(batch.n, batch.shape, multiprocessors_);
    const Arrays a = arrays(workspace, grid, batch.n, batch.shape, false);
    run_forward(stream, parameters, batch, a, grid, {output, nullptr, nullptr, nullptr, 0});
  }

  void gradients(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace, float* output,
                 float* loss, float* gradients) override {
    const Grid<E> grid(batch.n, batch.shape, multiprocessors_);
    const Arrays a = arrays(workspace, grid, batch.n, batch.shape, true);
    const double elements = static_cast<double>(batch.n) * static_cast<double>(batch.shape.pixels());
    run_forward(stream, parameters, batch, a, grid,
                {output, batch.target, a.delta3, a.loss_parts, static_cast<float>(2 / elements)});
    const DataGradientInput data = {batch.input,         a.delta3,           a.activations.mask1, a.activations.mask2,
                                    a.weights.backward3, a.weights.backward2};
    launch("data gradient", data_gradient<E>, grid.data_blocks, threads, DataGradientMemory<E>::bytes, stream, data,
           a.delta2, a.parts1, grid.data);
    const WeightGradientInput weight = {a.activations.layer1, a.delta2, a.activations.layer2, a.delta3};
    launch("weight gradient", weight_gradient<E>, grid.weight_blocks, weight_threads,
           2 * WeightGradientMemory<E>::bytes, stream, weight, a.parts23, grid.weight);
    launch_reduce(stream, Parts<Part1>{a.parts1, grid.data_blocks}, Parts<Part23>{a.parts23, grid.weight_blocks},
                  a.loss_parts, grid.output.count, elements, gradients, loss);
  }

 private:
  // Large tiles repeat less of layer 1; small ones fill the device where there are few pixels.
  void run_forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, const Arrays& a,
                   const Grid<E>& grid, const Output& output) const {
    launch("order of weights", arrange_weights<E>, arrange_blocks<E>, arrange_threads, 0, stream, parameters,
           a.weights);
    constexpr int large = 2 * E::values, small = 1;  // rows a warp
    if (layer_tiles<large>(batch).count >= multiprocessors_) {
      launch_layers<large>(stream, parameters, batch, a);
    } else {
      launch_layers<small>(stream, parameters, batch, a);
    }
    launch("layer 3", output_layer<E>, grid.output.count, threads, output_shared, stream, a.activations.layer2,
           parameters + bias3, a.weights.forward3, output, grid.output);
  }

  template <int ROWS>
  static Tiles layer_tiles(const Minibatch& batch) {
    return cut<ForwardTile<E, ROWS>::rows, tile_columns>(batch.n, batch.shape);
  }

  template <int ROWS>
  static void launch_layers(cudaStream_t stream, const float* parameters, const Minibatch& batch, const Arrays& a) {
    const Tiles tiles = layer_tiles<ROWS>(batch);
    launch("layers 1 and 2", forward_layers<E, ROWS>, tiles.count, threads, ForwardTile<E, ROWS>::shared_bytes, stream,
           batch.input, parameters, a.weights, a.activations, tiles);
  }

  int multiprocessors_ = 0;
};

}  // namespace
}  // namespace tensor

std::unique_ptr<Network> create_bfloat16_network() {
  return std::make_unique<tensor::TensorNetwork<tensor::Bfloat16>>();
}
std::unique_ptr<Network> create_tfloat32_network() {
  return std::make_unique<tensor::TensorNetwork<tensor::Tfloat32>>();
}

}  // namespace ldct::cuda
