// CNN-10 on the device in one precision, whichever library does the arithmetic. Every pointer is device memory; all work
// is enqueued on the stream, nothing waits, allocates or talks to the host, so that a stream under capture may record it.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/engine.h"

namespace ldct::cuda {

// Normalised float32 images [n][rows][columns]; target may be null where only the output is wanted.
struct Minibatch {
  const float* input;
  const float* target;
  int32_t n;
  Shape shape;
};

class Network {
 public:
  virtual ~Network() = default;

  // Bytes that forward (or gradients, if backward) needs as workspace, 256-byte aligned, for images of this shape.
  virtual size_t workspace_bytes(int32_t n, Shape shape, bool backward) const = 0;

  // parameters: float32 [LDCT_PARAMETER_COUNT] in state_dict order. output [n][rows][columns].
  virtual void forward(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
                       float* output) = 0;

  /*
   * Forward and backward of the mean squared error. output [n][rows][columns] (may be null), loss [1],
   * gradients float32 [LDCT_PARAMETER_COUNT]. Same input, same bits: sums are taken in a fixed order.
   */
  virtual void gradients(cudaStream_t stream, const float* parameters, const Minibatch& batch, void* workspace,
                         float* output, float* loss, float* gradients) = 0;
};

// Hand-written kernels for LDCT_FP32, LDCT_TF32 or LDCT_BF16.
std::unique_ptr<Network> create_tuned_network(int32_t precision);

// The same arithmetic by cuDNN, opened on the first call; throws Error(LDCT_UNSUPPORTED) where it cannot be found.
std::unique_ptr<Network> create_cudnn_network(int32_t precision);

}  // namespace ldct::cuda
