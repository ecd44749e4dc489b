#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "cuda_runtime.h"

struct EmulatedGraph {
  std::vector<std::function<void()>> nodes;
};
struct EmulatedStream {
  bool capturing = false;
  EmulatedGraph captured;
};
struct EmulatedEvent {
  std::chrono::steady_clock::time_point when;
};

namespace emulation {
namespace {

constexpr size_t static_shared_limit = 48 << 10, opt_in_shared_limit = 227 << 10;

std::recursive_mutex device;  // one block at a time, whichever thread launches it
size_t device_memory = size_t{1} << 30, used = 0;
std::map<void*, size_t> allocations;
std::map<const void*, size_t> dynamic_limits;
cudaError_t sticky = cudaSuccess, next_failure = cudaSuccess, last = cudaSuccess;

bool is_sticky(cudaError_t e) {
  return e == cudaErrorIllegalAddress || e == cudaErrorLaunchFailure || e == cudaErrorECCUncorrectable;
}

cudaError_t remembered(cudaError_t e) {
  if (e != cudaSuccess) {
    last = e;
    if (is_sticky(e)) {
      sticky = e;
    }
  }
  return e;
}

// What a call that reaches the device answers before it does anything.
cudaError_t device_state() {
  if (sticky != cudaSuccess) {
    return remembered(sticky);
  }
  cudaError_t e = next_failure;
  next_failure = cudaSuccess;
  return remembered(e);
}

cudaError_t submit(cudaStream_t stream, std::function<void()> work) {
  std::lock_guard<std::recursive_mutex> guard(device);
  if (stream && stream->capturing) {
    stream->captured.nodes.push_back(std::move(work));
    return cudaSuccess;
  }
  cudaError_t state = device_state();
  if (state == cudaSuccess) {
    work();
  }
  return state;
}

}  // namespace

void set_device_memory(size_t bytes) { device_memory = bytes; }
void fail_next(cudaError_t error) {
  sticky = cudaSuccess;
  next_failure = error;
}
size_t allocated_bytes() { return used; }

void require_full_mask(unsigned mask) {
  if (mask != 0xffffffffu) {
    std::fprintf(stderr, "emulation: only collectives of whole warps are known\n");
    std::abort();
  }
}

cudaError_t set_dynamic_shared_limit(const void* function, int bytes) {
  if (bytes < 0 || static_cast<size_t>(bytes) > opt_in_shared_limit) {
    return remembered(cudaErrorInvalidValue);
  }
  std::lock_guard<std::recursive_mutex> guard(device);
  dynamic_limits[function] = static_cast<size_t>(bytes);
  return cudaSuccess;
}

cudaError_t launch(const void* function, const cudaLaunchConfig_t& config, std::function<void()> body) {
  std::lock_guard<std::recursive_mutex> guard(device);
  dim3 grid = config.gridDim, block = config.blockDim;
  size_t bytes = config.dynamicSmemBytes;
  auto limit = dynamic_limits.find(function);
  uint64_t threads = uint64_t{block.x} * block.y * block.z;
  if (threads == 0 || threads > 1024 || block.z > 64 || grid.x == 0 || grid.y == 0 || grid.z == 0 ||
      grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535 ||
      bytes > (limit == dynamic_limits.end() ? static_shared_limit : std::max(limit->second, static_shared_limit))) {
    return remembered(cudaErrorInvalidConfiguration);
  }
  return submit(config.stream, [grid, block, bytes, body] {
    for (unsigned z = 0; z < grid.z; z++) {
      for (unsigned y = 0; y < grid.y; y++) {
        for (unsigned x = 0; x < grid.x; x++) {
          run_block(grid, {x, y, z}, block, bytes, body);
        }
      }
    }
  });
}

}  // namespace emulation

using namespace emulation;

const char* cudaGetErrorName(cudaError_t e) {
  switch (e) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
    case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
    case cudaErrorNoDevice: return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice: return "cudaErrorInvalidDevice";
    case cudaErrorNoKernelImageForDevice: return "cudaErrorNoKernelImageForDevice";
    case cudaErrorECCUncorrectable: return "cudaErrorECCUncorrectable";
    case cudaErrorNotReady: return "cudaErrorNotReady";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
  }
  return "unknown";
}
const char* cudaGetErrorString(cudaError_t e) { return cudaGetErrorName(e); }
cudaError_t cudaPeekAtLastError() { return last; }
cudaError_t cudaGetLastError() {
  cudaError_t e = last;
  last = sticky;
  return e;
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int ordinal) {
  if (ordinal != 0) {
    return remembered(cudaErrorInvalidDevice);
  }
  *properties = {"emulated device", device_memory, 9, 0, 4, opt_in_shared_limit};
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int ordinal) {
  cudaDeviceProp properties;
  cudaError_t status = cudaGetDeviceProperties(&properties, ordinal);
  if (status == cudaSuccess) {
    switch (attribute) {
      case cudaDevAttrMultiProcessorCount: *value = properties.multiProcessorCount; break;
      case cudaDevAttrComputeCapabilityMajor: *value = properties.major; break;
      case cudaDevAttrComputeCapabilityMinor: *value = properties.minor; break;
      case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = static_cast<int>(opt_in_shared_limit); break;
    }
  }
  return status;
}
cudaError_t cudaSetDevice(int ordinal) { return ordinal == 0 ? cudaSuccess : remembered(cudaErrorInvalidDevice); }
cudaError_t cudaGetDevice(int* ordinal) {
  *ordinal = 0;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() { return device_state(); }
cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total) {
  *free_bytes = device_memory - used;
  *total = device_memory;
  return device_state();
}

cudaError_t cudaMalloc(void** memory, size_t bytes) {
  std::lock_guard<std::recursive_mutex> guard(device);
  *memory = nullptr;
  cudaError_t state = device_state();
  if (state != cudaSuccess) {
    return state;
  }
  if (bytes > device_memory - used) {
    return remembered(cudaErrorMemoryAllocation);
  }
  if (bytes == 0) {
    return cudaSuccess;
  }
  // Exactly as long as asked for, and full of NaNs: the sanitizer sees the first byte too far.
  if (posix_memalign(memory, 256, bytes) != 0) {
    return remembered(cudaErrorMemoryAllocation);
  }
  std::memset(*memory, 0xff, bytes);
  allocations[*memory] = bytes;
  used += bytes;
  return cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  std::lock_guard<std::recursive_mutex> guard(device);
  if (!memory) {
    return cudaSuccess;
  }
  auto found = allocations.find(memory);
  if (found == allocations.end()) {
    return remembered(cudaErrorInvalidValue);
  }
  used -= found->second;
  allocations.erase(found);
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned) {
  *memory = std::malloc(bytes ? bytes : 1);
  return *memory ? cudaSuccess : remembered(cudaErrorMemoryAllocation);
}
cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  return submit(stream, [=] { std::memmove(to, from, bytes); });
}
cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  return cudaMemcpyAsync(to, from, bytes, kind, nullptr);
}
cudaError_t cudaMemsetAsync(void* memory, int value, size_t bytes, cudaStream_t stream) {
  return submit(stream, [=] { std::memset(memory, value, bytes); });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new EmulatedStream();
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) { return device_state(); }
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new EmulatedEvent();
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) { return cudaEventCreate(event); }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
  event->when = std::chrono::steady_clock::now();
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t) { return device_state(); }
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  *milliseconds = std::chrono::duration<float, std::milli>(to->when - from->when).count();
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->capturing = true;
  stream->captured.nodes.clear();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  stream->capturing = false;
  *graph = new EmulatedGraph(std::move(stream->captured));
  stream->captured = EmulatedGraph();
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  *executable = new EmulatedGraph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  return submit(stream, [executable] {
    for (const auto& node : executable->nodes) {
      node();
    }
  });
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
