#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "cuda_runtime.h"

struct EmulatedGraph {
  std::vector<std::function<void()>> nodes;
};
struct EmulatedStream {
  bool capturing = false;
  EmulatedGraph captured;
  std::deque<std::function<void()>> waiting;
  int64_t done = 0;  // works that have left the queue
};
struct EmulatedEvent {
  std::chrono::steady_clock::time_point when;
  cudaStream_t stream = nullptr;
  int64_t position = 0;  // works of the stream before the record
};

namespace emulation {
namespace {

constexpr size_t static_shared_limit = 48 << 10, opt_in_shared_limit = 227 << 10;

std::recursive_mutex device;  // one block at a time, whichever thread launches it
size_t device_memory = size_t{1} << 30, used = 0;
std::map<void*, size_t> allocations;
std::set<cudaStream_t> streams;
Streams stream_mode = Streams::eager;
int capability_major = 9, capability_minor = 0;
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

// Set in the environment, the device is lost after so many kernels: for tests of whole commands.
int64_t kernels_left = [] {
  const char* text = std::getenv("EMULATION_LOST_AFTER");
  return text ? std::atoll(text) : INT64_MAX;
}();

// What a call that reaches the device answers before it does anything.
cudaError_t device_state() {
  if (sticky != cudaSuccess) {
    return remembered(sticky);
  }
  cudaError_t e = next_failure;
  next_failure = cudaSuccess;
  return remembered(e);
}

// Does the stream's work up to a position.
void catch_up(cudaStream_t stream, int64_t position) {
  while (stream->done < position) {
    std::function<void()> work = std::move(stream->waiting.front());
    stream->waiting.pop_front();
    stream->done++;
    work();
  }
}

int64_t end_of(cudaStream_t stream) { return stream->done + static_cast<int64_t>(stream->waiting.size()); }

void catch_up_all() {
  for (cudaStream_t stream : streams) {
    catch_up(stream, end_of(stream));
  }
}

cudaError_t submit(cudaStream_t stream, std::function<void()> work) {
  std::lock_guard<std::recursive_mutex> guard(device);
  if (stream && stream->capturing) {
    stream->captured.nodes.push_back(std::move(work));
    return cudaSuccess;
  }
  cudaError_t state = device_state();
  if (state == cudaSuccess && stream && stream_mode == Streams::lazy) {
    stream->waiting.push_back(std::move(work));
  } else if (state == cudaSuccess) {
    work();
  }
  return state;
}

}  // namespace

void set_streams(Streams mode) { stream_mode = mode; }
void set_compute_capability(int major, int minor) {
  capability_major = major;
  capability_minor = minor;
}
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

cudaError_t describe(const void*, cudaFuncAttributes* attributes) {
  std::lock_guard<std::recursive_mutex> guard(device);
  attributes->numRegs = 32;
  return device_state();
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
    if (kernels_left-- == 0) {
      fail_next(cudaErrorIllegalAddress);
      return;
    }
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
    case cudaErrorNvlinkUncorrectable: return "cudaErrorNvlinkUncorrectable";
    case cudaErrorNotReady: return "cudaErrorNotReady";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    case cudaErrorLaunchTimeout: return "cudaErrorLaunchTimeout";
    case cudaErrorAssert: return "cudaErrorAssert";
    case cudaErrorHardwareStackError: return "cudaErrorHardwareStackError";
    case cudaErrorIllegalInstruction: return "cudaErrorIllegalInstruction";
    case cudaErrorMisalignedAddress: return "cudaErrorMisalignedAddress";
    case cudaErrorInvalidAddressSpace: return "cudaErrorInvalidAddressSpace";
    case cudaErrorInvalidPc: return "cudaErrorInvalidPc";
    case cudaErrorLaunchFailure: return "cudaErrorLaunchFailure";
    default: return "an error";
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
  *properties = {"emulated device", device_memory, capability_major, capability_minor, 4, opt_in_shared_limit};
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
cudaError_t cudaDeviceSynchronize() {
  std::lock_guard<std::recursive_mutex> guard(device);
  catch_up_all();
  return device_state();
}
cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total) {
  std::lock_guard<std::recursive_mutex> guard(device);
  *free_bytes = device_memory > used ? device_memory - used : 0;
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
  if (used > device_memory || bytes > device_memory - used) {
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
  catch_up_all();
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
  std::lock_guard<std::recursive_mutex> guard(device);
  *stream = new EmulatedStream();
  streams.insert(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  std::lock_guard<std::recursive_mutex> guard(device);
  catch_up(stream, end_of(stream));
  streams.erase(stream);
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  std::lock_guard<std::recursive_mutex> guard(device);
  if (stream) {
    catch_up(stream, end_of(stream));
  }
  return device_state();
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  std::lock_guard<std::recursive_mutex> guard(device);
  cudaStream_t other = event->stream;
  int64_t position = event->position;
  return other ? submit(stream, [other, position] { catch_up(other, position); }) : cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new EmulatedEvent();
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) { return cudaEventCreate(event); }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  std::lock_guard<std::recursive_mutex> guard(device);
  event->when = std::chrono::steady_clock::now();
  event->stream = stream;
  event->position = stream ? end_of(stream) : 0;
  return device_state();
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  std::lock_guard<std::recursive_mutex> guard(device);
  if (event->stream) {
    catch_up(event->stream, event->position);
  }
  return device_state();
}
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
