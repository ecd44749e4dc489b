#include "engine/device.h"

#include <map>
#include <mutex>

#include "kernels/windows.h"

namespace ldct::cuda {
namespace {

constexpr int oldest_major = 8;

std::string failed(int32_t ordinal, cudaError_t status) {
  cudaGetLastError();  // not sticky: the next call is not to stumble over it
  return "device " + std::to_string(ordinal) + ": " + cudaGetErrorString(status);
}

// Why this build cannot run on a device; empty if it can. Makes the device current.
std::string refusal(int32_t ordinal) {
  std::string reason = too_old(ordinal);
  if (!reason.empty()) {
    return reason;
  }
  cudaError_t status = cudaSetDevice(ordinal);
  if (status == cudaSuccess) {
    status = probe_windows_kernel();
  }
  if (status == cudaErrorNoKernelImageForDevice) {
    cudaGetLastError();
    return "this build has no kernels for device " + std::to_string(ordinal) + "; build it again for its architecture";
  }
  return status == cudaSuccess ? "" : failed(ordinal, status);
}

}  // namespace

std::string version_text(int number) {
  return std::to_string(number / 1000) + "." + std::to_string(number % 1000 / 10);
}

std::string no_devices(cudaError_t status, int count) {
  if (status == cudaSuccess) {
    return count > 0 ? "" : "the driver reports no device";
  }
  cudaGetLastError();  // not sticky: the next call is not to stumble over it
  int driver = 0, runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (driver == 0) {
    return "no NVIDIA driver is installed";
  }
  if (status == cudaErrorInsufficientDriver) {
    return "the NVIDIA driver is too old: it is for CUDA " + version_text(driver) + " and this program needs one for " +
           version_text(runtime / 1000 * 1000) + (runtime / 1000 == 13 ? " (580 or newer)" : "") +
           "; install a newer driver";
  }
  return cudaGetErrorString(status);
}

std::string too_old(int32_t ordinal) {
  int major = 0, minor = 0;
  cudaError_t status = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, ordinal);
  if (status == cudaSuccess) {
    status = cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, ordinal);
  }
  if (status != cudaSuccess) {
    return failed(ordinal, status);
  }
  if (major < oldest_major) {
    return "device " + std::to_string(ordinal) + " has compute capability " + std::to_string(major) + "." +
           std::to_string(minor) + "; this engine needs 8.0 or newer";
  }
  return "";
}

std::shared_ptr<Device> Device::open(int32_t ordinal) {
  static std::mutex mutex;
  static std::map<int32_t, std::weak_ptr<Device>> open_devices;
  std::lock_guard<std::mutex> guard(mutex);
  std::shared_ptr<Device> device = open_devices[ordinal].lock();
  if (!device) {
    device = std::make_shared<Device>(ordinal);
    open_devices[ordinal] = device;
  }
  device->make_current();  // a lost one says so now
  return device;
}

Device::Device(int32_t ordinal) : ordinal_(ordinal) {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  const std::string none = no_devices(status, count);
  if (!none.empty()) {
    throw Error(LDCT_NO_DEVICE, "no CUDA device: " + none);
  }
  if (ordinal < 0 || ordinal >= count) {
    throw Error(LDCT_NO_DEVICE, "there is no CUDA device " + std::to_string(ordinal) + "; this machine has 0 to " +
                                    std::to_string(count - 1));
  }
  std::string reason = refusal(ordinal);
  if (!reason.empty()) {
    throw Error(LDCT_NO_DEVICE, reason);
  }
  check(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, ordinal), "asking for a device");
}

void Device::make_current() const {
  if (lost_) {
    throw Error(LDCT_DEVICE_LOST, "device " + std::to_string(ordinal_) + " failed earlier; start the program again");
  }
  check(cudaSetDevice(ordinal_), "choosing the device");
}

Device::Memory Device::memory() const {
  Memory memory{};
  check(cudaMemGetInfo(&memory.free, &memory.total), "asking for free memory");
  return memory;
}

}  // namespace ldct::cuda
