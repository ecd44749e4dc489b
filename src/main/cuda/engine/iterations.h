// Enqueues training iterations, singly or as recorded CUDA graphs, which spare the launches' cost of small minibatches.
#pragma once

#include <cuda_runtime.h>

#include <functional>

namespace ldct::cuda {

class Iterations {
 public:
  // enqueue puts one iteration on the stream, the same work every time.
  Iterations(cudaStream_t stream, std::function<void()> enqueue) : stream_(stream), enqueue_(std::move(enqueue)) {}
  ~Iterations();
  Iterations(const Iterations&) = delete;
  Iterations& operator=(const Iterations&) = delete;

  void run(int64_t count);

 private:
  cudaGraphExec_t record(int iterations);

  cudaStream_t stream_;
  std::function<void()> enqueue_;
  bool warm_ = false;
  cudaGraphExec_t one_ = nullptr, many_ = nullptr;
};

// Whether LDCT_CUDA_GRAPH=off asks for single launches.
bool graphs_wanted();

}  // namespace ldct::cuda
