#include "engine/iterations.h"

#include <cstdlib>
#include <cstring>

#include "network/check.h"

namespace ldct::cuda {
namespace {

constexpr int iterations_a_graph = 16;

}  // namespace

bool graphs_wanted() {
  const char* wanted = std::getenv("LDCT_CUDA_GRAPH");
  return !wanted || std::strcmp(wanted, "off") != 0;
}

Iterations::~Iterations() {
  for (cudaGraphExec_t graph : {one_, many_}) {
    if (graph) {
      cudaGraphExecDestroy(graph);
    }
  }
}

void Iterations::run(int64_t count) {
  const bool graphs = graphs_wanted();
  while (count > 0) {
    // The first iteration runs as it is: kernels are loaded at their first launch, which a recording may not do.
    if (!warm_ || !graphs) {
      enqueue_();
      warm_ = true;
      count--;
      continue;
    }
    const int step = count >= iterations_a_graph ? iterations_a_graph : 1;
    cudaGraphExec_t& graph = step == 1 ? one_ : many_;
    if (!graph) {
      graph = record(step);
    }
    check(cudaGraphLaunch(graph, stream_), "launching a graph");
    count -= step;
  }
}

cudaGraphExec_t Iterations::record(int iterations) {
  cudaGraph_t graph = nullptr;
  check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "recording iterations");
  try {
    for (int i = 0; i < iterations; i++) {
      enqueue_();
    }
  } catch (...) {
    cudaStreamEndCapture(stream_, &graph);
    if (graph) {
      cudaGraphDestroy(graph);
    }
    throw;
  }
  check(cudaStreamEndCapture(stream_, &graph), "recording iterations");
  cudaGraphExec_t executable = nullptr;
  const cudaError_t status = cudaGraphInstantiate(&executable, graph, 0);
  cudaGraphDestroy(graph);
  check(status, "preparing a graph");
  return executable;
}

}  // namespace ldct::cuda
