#include "engine/resources.h"

#include <cstdio>

#include "engine/engine.h"
#include "network/check.h"

namespace ldct::cuda {

std::string readable_bytes(size_t bytes) {
  constexpr const char* units[] = {"bytes", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1000 && unit < 4) {
    value /= 1000;
    unit++;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text;
}

void DeviceMemory::reserve(size_t bytes) {
  if (bytes <= bytes_) {
    return;
  }
  release();
  const cudaError_t status = cudaMalloc(&memory_, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // not sticky: the next call is not to stumble over it
    memory_ = nullptr;
    throw Error(LDCT_OUT_OF_MEMORY, std::to_string(bytes) + " bytes (" + readable_bytes(bytes) +
                                        ") of device memory are not to be had; lower mbs, patchsize or --parallel");
  }
  check(status, "allocating device memory");
  bytes_ = bytes;
}

void DeviceMemory::release() {
  void* memory = memory_;
  memory_ = nullptr;
  bytes_ = 0;
  check(cudaFree(memory), "freeing device memory");
}

void PinnedMemory::reserve(size_t bytes) {
  if (bytes <= bytes_) {
    return;
  }
  void* memory = memory_;
  memory_ = nullptr;
  bytes_ = 0;
  check(cudaFreeHost(memory), "freeing pinned memory");
  check(cudaHostAlloc(&memory_, bytes, cudaHostAllocDefault), "allocating pinned memory");
  bytes_ = bytes;
}

Stream::Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "creating a stream"); }

void Stream::wait() const { check(cudaStreamSynchronize(stream_), "waiting for the device"); }

Event::Event(Kind kind) {
  const unsigned flags = kind == Kind::timing  ? cudaEventDefault
                         : kind == Kind::sleep ? cudaEventDisableTiming | cudaEventBlockingSync
                                               : cudaEventDisableTiming;
  check(cudaEventCreateWithFlags(&event_, flags), "creating an event");
}

void Event::record(cudaStream_t stream) { check(cudaEventRecord(event_, stream), "recording an event"); }

void Event::wait() const { check(cudaEventSynchronize(event_), "waiting for the device"); }

void Event::hold_back(cudaStream_t stream) const {
  check(cudaStreamWaitEvent(stream, event_, 0), "ordering two streams");
}

float Event::milliseconds_since(const Event& before) const {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, before, event_), "measuring time");
  return milliseconds;
}

}  // namespace ldct::cuda
