#include "device/launch.h"
#include "kernels/optimizer.h"

namespace ldct::cuda {
namespace {

constexpr int threads = 128;

__global__ void __launch_bounds__(threads)
    update_kernel(Chunk* chunk, const float* loss, const float* gradients, Learned learned) {
  const int i = static_cast<int>(blockIdx.x * threads + threadIdx.x);
  const int64_t iteration = chunk->current;
  const Update update = chunk->updates[iteration];
  if (i < LDCT_PARAMETER_COUNT) {
    const float gradient = gradients[i];
    switch (update.kind) {
      case LDCT_ADAM:
        adam(update, gradient, learned.parameters[i], learned.moment1[i], learned.moment2[i]);
        break;
      case LDCT_SGD:
        sgd(update, gradient, learned.parameters[i], learned.moment1[i]);
        break;
      default:
        rmsprop(update, gradient, learned.parameters[i], learned.moment1[i]);
    }
  }
  if (i == 0) {
    chunk->losses[iteration] = *loss;
    chunk->next = iteration + 1;
  }
}

}  // namespace

void update_parameters(cudaStream_t stream, Chunk* chunk, const float* loss, const float* gradients,
                       const Learned& learned) {
  const Grid grid{dim3(divide_up(LDCT_PARAMETER_COUNT, threads)), dim3(threads)};
  launch("update_parameters", stream, grid, update_kernel, chunk, loss, gradients, learned);
}

}  // namespace ldct::cuda
