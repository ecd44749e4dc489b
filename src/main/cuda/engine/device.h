// One GPU of this process, shared by every engine that is opened on it.
#pragma once

#include <cuda_runtime.h>

#include <atomic>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "network/check.h"

namespace ldct::cuda {

class Device {
 public:
  // The device while somebody holds it. Throws Error LDCT_NO_DEVICE, saying why, if it cannot be used,
  // and LDCT_DEVICE_LOST if it failed and is still held.
  static std::shared_ptr<Device> open(int32_t ordinal);

  explicit Device(int32_t ordinal);

  // Runs body with this device current in the calling thread. A device that is once lost refuses all later calls.
  template <class Body>
  void use(const Body& body) {
    make_current();
    try {
      body();
    } catch (const Error& e) {
      if (e.status() == LDCT_DEVICE_LOST) {
        lost_ = true;
      }
      throw;
    }
  }

  struct Memory {
    size_t free, total;
  };
  Memory memory() const;
  int multiprocessors() const { return multiprocessors_; }

  // A trainer on the device, for as long as it is there.
  class Occupant {
   public:
    explicit Occupant(Device& device) : device_(device) { device_.trainers_++; }
    ~Occupant() { device_.trainers_--; }
    Occupant(const Occupant&) = delete;
    Occupant& operator=(const Occupant&) = delete;

   private:
    Device& device_;
  };
  int trainers() const { return trainers_; }

 private:
  void make_current() const;

  int32_t ordinal_;
  int multiprocessors_ = 0;
  std::atomic<bool> lost_{false};
  std::atomic<int> trainers_{0};
};

// Why there is no device, given what asking for their number answered and the number; empty if there are some.
std::string no_devices(cudaError_t status, int count);

// "13.0" for 13000.
std::string version_text(int number);

// Why a device is too old for this library; empty if it is not. Leaves the device alone: no context is made on it.
std::string too_old(int32_t ordinal);

}  // namespace ldct::cuda
