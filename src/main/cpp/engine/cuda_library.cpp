#include "engine/cuda_library.h"

#include <dlfcn.h>

#include <vector>

#include "engine/json.h"
#include "ldct_cuda.h"

namespace ldct {
namespace {

constexpr size_t json_capacity = 1 << 16, reason_capacity = 1 << 12;

// The folder of this library, with a slash.
std::string own_folder() {
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&ldct_abi_version), &self) || !self.dli_fname) {
    return "";
  }
  const std::string path = self.dli_fname;
  return path.substr(0, path.rfind('/') + 1);
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

const CudaLibrary& CudaLibrary::beside_this_one() {
  static const CudaLibrary library(own_folder() + "libldct_cuda.so");
  return library;
}

CudaLibrary::CudaLibrary(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    reason_ = dlerror();
    return;
  }
  int32_t (*abi_version)() = nullptr;
  if (!find(library, "ldct_cuda_abi_version", abi_version)) {
    reason_ = path + " tells no ABI version; it belongs to another version of this program";
  } else if (abi_version() != LDCT_CUDA_ABI_VERSION) {
    reason_ = path + " has ABI " + std::to_string(abi_version()) + " and this program needs " +
              std::to_string(LDCT_CUDA_ABI_VERSION) + "; build both again";
  } else if (!find(library, "ldct_cuda_devices", devices_) || !find(library, "ldct_cuda_open_engine", open_)) {
    reason_ = path + " lacks a function; build it again";
  }
}

std::string CudaLibrary::capabilities_json() const {
  if (!reason_.empty()) {
    return "{\"library\":false,\"reason\":" + json_string(reason_) + "}";
  }
  std::vector<char> text(json_capacity);
  devices_(text.data(), static_cast<int64_t>(text.size()), nullptr, 0);
  return text.data();
}

std::unique_ptr<Engine> CudaLibrary::open_engine(int32_t device) const {
  std::vector<char> why(reason_capacity);
  if (!reason_.empty()) {
    throw Error(LDCT_NO_DEVICE, "no CUDA device: " + reason_);
  }
  if (devices_(nullptr, 0, why.data(), static_cast<int64_t>(why.size())) == 0) {
    throw Error(LDCT_NO_DEVICE, std::string("no CUDA device: ") + why.data());
  }
  return std::unique_ptr<Engine>(open_(device));
}

}  // namespace ldct
