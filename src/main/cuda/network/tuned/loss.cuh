// What becomes of a pixel of the output: stored, compared with the target, and the loss's gradient kept.
#pragma once

#include "network/tuned/reduce.cuh"

namespace ldct::cuda {

struct Output {
  float* output;        // [n][rows][columns], may be null
  const float* target;  // null: no loss
  float* delta;         // gradient of the loss by the output
  LossPart* parts;      // one a block
  float scale;          // 2 / elements
};

// Called by every thread of a block with at most one pixel; inside: whether it has one.
template <int THREADS>
__device__ __forceinline__ void finish(const Output& out, bool inside, size_t index, float value) {
  float difference = 0, delta = 0;
  if (inside) {
    if (out.output) {
      out.output[index] = value;
    }
    if (out.target) {
      difference = value - out.target[index];
      delta = out.scale * difference;
      out.delta[index] = delta;
    }
  }
  if (out.target) {
    const double squares = block_sum<THREADS>(static_cast<double>(difference) * difference);
    const double deltas = block_sum<THREADS>(static_cast<double>(delta));
    if (threadIdx.x == 0) {
      out.parts[blockIdx.x] = {squares, deltas};
    }
  }
}

}  // namespace ldct::cuda
