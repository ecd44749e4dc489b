// CNN-10 in float32 on the plain units, one kernel a layer and direction.
#include <algorithm>

#include "network/tuned/launch.h"
#include "network/tuned/networks.h"
#include "network/tuned/plain/convolution.cuh"
#include "network/tuned/plain/output.cuh"
#include "network/tuned/plain/weight_gradient.cuh"
#include "network/tuned/plain/weights.cuh"
#include "network/tuned/workspace.h"

namespace ldct::cuda {
namespace plain {
namespace {

// Blocks that share the weight gradients: enough to fill a device, and at most a few thousand pixels a sum.
constexpr int most_parts = 512;

struct Arrays {
  Weights weights;
  float *layer1, *layer2;  // activations [n][64 or 32][rows][columns]
  float *delta1, *delta2, *delta3;
  float *parts1, *parts23;  // [block][parameters of layer 1], of the others
  LossPart* loss_parts;
  size_t bytes;
};

Arrays arrays(void* memory, const Tiles& tiles, int parts, int32_t n, Shape shape, bool backward) {
  Workspace space(memory);
  const size_t pixels = static_cast<size_t>(n) * static_cast<size_t>(shape.pixels());
  Arrays a = {};
  a.weights.forward1 = space.take<float>(bias1);
  a.weights.forward2 = space.take<float>(bias2 - weights2);
  a.weights.backward2 = space.take<float>(bias2 - weights2);
  a.weights.backward3 = space.take<float>(bias3 - weights3);
  a.layer1 = space.take<float>(pixels * channels1);
  a.layer2 = space.take<float>(pixels * channels2);
  if (backward) {
    a.delta1 = space.take<float>(pixels * channels1);
    a.delta2 = space.take<float>(pixels * channels2);
    a.delta3 = space.take<float>(pixels);
    a.parts1 = space.take<float>(static_cast<size_t>(parts) * weights2);
    a.parts23 = space.take<float>(static_cast<size_t>(parts) * (bias3 - weights2));
    a.loss_parts = space.take<LossPart>(static_cast<size_t>(tiles.count));
  }
  a.bytes = space.bytes();
  return a;
}

class PlainNetwork final : public Network {
 public:
  size_t workspace_bytes(int32_t n, Shape shape, bool backward) const override {
    const Tiles tiles = cut<tile_rows, tile_columns>(n, shape);
    return arrays(nullptr, tiles, std::min(tiles.count, most_parts), n, shape, backward).bytes;
  }

  void forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
               float* output) override {
    const Tiles tiles = cut<tile_rows, tile_columns>(batch.n, batch.shape);
    const Arrays a = arrays(workspace, tiles, 0, batch.n, batch.shape, false);
    run_forward(stream, parameters, batch.input, a, tiles, {output, nullptr, nullptr, nullptr, 0});
  }

  void gradients(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace, float* output,
                 float* loss, float* gradients) override {
    const Tiles tiles = cut<tile_rows, tile_columns>(batch.n, batch.shape);
    const int parts = std::min(tiles.count, most_parts);
    const Arrays a = arrays(workspace, tiles, parts, batch.n, batch.shape, true);
    const double elements = static_cast<double>(batch.n) * static_cast<double>(batch.shape.pixels());
    run_forward(stream, parameters, batch.input, a, tiles,
                {output, batch.target, a.delta3, a.loss_parts, static_cast<float>(2 / elements)});
    launch("data gradient of layer 3", convolution<5, 1, channels2, Gate>, tiles.count, conv_threads, 0, stream,
           a.delta3, a.weights.backward3, a.delta2, Gate{a.layer2}, tiles);
    launch("data gradient of layer 2", convolution<3, channels2, channels1, Gate>, tiles.count, conv_threads, 0,
           stream, a.delta2, a.weights.backward2, a.delta1, Gate{a.layer1}, tiles);
    launch("weight gradient of layer 3", weight_gradient_single<5, channels2, Layer3Part>, parts, 5 * channels2, 0,
           stream, a.layer2, a.delta3, a.parts23, tiles);
    launch("weight gradient of layer 2", weight_gradient2, parts, gradient2_threads, gradient2_shared, stream,
           a.layer1, a.delta2, a.parts23, tiles);
    launch("weight gradient of layer 1", weight_gradient_single<9, channels1, Layer1Part>, parts, 9 * channels1, 0,
           stream, a.delta1, batch.input, a.parts1, tiles);
    using Early = ParameterOrder<0, weights2>;
    using Late = ParameterOrder<weights2, bias3>;
    launch_reduce(stream, Parts<Early>{a.parts1, parts}, Parts<Late>{a.parts23, parts}, a.loss_parts, tiles.count,
                  elements, gradients, loss);
  }

 private:
  static void run_forward(cudaStream_t stream, const float* parameters, const float* input, const Arrays& a,
                          const Tiles& tiles, const Output& output) {
    launch("order of weights", arrange_weights, arrange_blocks, arrange_threads, 0, stream, parameters, a.weights);
    launch("layer 1", convolution<9, 1, channels1, BiasRelu>, tiles.count, conv_threads, 0, stream, input,
           a.weights.forward1, a.layer1, BiasRelu{parameters + bias1}, tiles);
    launch("layer 2", convolution<3, channels1, channels2, BiasRelu>, tiles.count, conv_threads, 0, stream, a.layer1,
           a.weights.forward2, a.layer2, BiasRelu{parameters + bias2}, tiles);
    launch("layer 3", output_layer, tiles.count, conv_threads, 0, stream, a.layer2, parameters + weights3, output,
           tiles);
  }
};

}  // namespace
}  // namespace plain

std::unique_ptr<Network> create_plain_network() { return std::make_unique<plain::PlainNetwork>(); }

}  // namespace ldct::cuda
