// Launches of the hand-written network: one-dimensional grids, and the kernel that ends every step.
#pragma once

#include "device/launch.h"
#include "network/tuned/reduce.cuh"

namespace ldct::cuda {

template <class... Parameters, class... Arguments>
void launch(const char* name, void (*kernel)(Parameters...), int blocks, int threads, size_t shared_bytes,
            cudaStream_t stream, Arguments... arguments) {
  const Grid grid{dim3(static_cast<unsigned>(blocks)), dim3(static_cast<unsigned>(threads)), shared_bytes};
  launch(name, stream, grid, kernel, static_cast<Parameters>(arguments)...);
}

template <class Early, class Late>
void launch_reduce(cudaStream_t stream, const Parts<Early>& early, const Parts<Late>& late, const LossPart* loss_parts,
                   int loss_count, double elements, float* gradients, float* loss) {
  launch("sum of gradients", reduce_gradients<Early, Late>, reduce_blocks<Early> + reduce_blocks<Late> + 1,
         reduce_threads, 0, stream, early, late, loss_parts, loss_count, elements, gradients, loss);
}

}  // namespace ldct::cuda
