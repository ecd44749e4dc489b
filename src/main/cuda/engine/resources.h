// Owners of what the CUDA runtime hands out. Destructors ignore errors: after a lost device every call fails.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace ldct::cuda {

// 1.5 GB, for people.
std::string readable_bytes(size_t bytes);

class DeviceMemory {
 public:
  DeviceMemory() = default;
  explicit DeviceMemory(size_t bytes) { reserve(bytes); }
  ~DeviceMemory() { cudaFree(memory_); }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  // At least this many bytes; grows by losing what it holds. Throws Error LDCT_OUT_OF_MEMORY and then holds nothing.
  void reserve(size_t bytes);
  void release();
  size_t bytes() const { return bytes_; }

  template <class T>
  T* as() const {
    return static_cast<T*>(memory_);
  }

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

// Host memory that the device can copy from and to while the host does something else.
class PinnedMemory {
 public:
  PinnedMemory() = default;
  ~PinnedMemory() { cudaFreeHost(memory_); }
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;

  void reserve(size_t bytes);

  template <class T>
  T* as() const {
    return static_cast<T*>(memory_);
  }

 private:
  void* memory_ = nullptr;
  size_t bytes_ = 0;
};

class Stream {
 public:
  Stream();
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  operator cudaStream_t() const { return stream_; }
  void wait() const;

 private:
  cudaStream_t stream_ = nullptr;
};

class Event {
 public:
  enum class Kind { plain, timing, sleep };
  // timing: milliseconds can be asked of it. sleep: who waits for it leaves the processor to others meanwhile.
  explicit Event(Kind kind = Kind::plain);
  ~Event() { cudaEventDestroy(event_); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  operator cudaEvent_t() const { return event_; }
  void record(cudaStream_t stream);
  // The host waits until everything before the last record is done.
  void wait() const;
  // Later work of the stream waits.
  void hold_back(cudaStream_t stream) const;
  // Both events made with timing.
  float milliseconds_since(const Event& before) const;

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace ldct::cuda
