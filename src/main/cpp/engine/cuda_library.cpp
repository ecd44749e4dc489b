#include "engine/cuda_library.h"

#include <dlfcn.h>

#include <cstdint>
#include <vector>

#include "engine/json.h"
#include "ldct.h"
#include "ldct_cuda.h"

namespace ldct {
namespace {

struct Library {
  decltype(&ldct_cuda_devices) devices = nullptr;
  std::string reason;
};

Library open_library() {
  Library library;
  Dl_info self;
  if (!dladdr(reinterpret_cast<void*>(&ldct_abi_version), &self) || !self.dli_fname) {
    library.reason = "the place of libldct.so is unknown";
    return library;
  }
  std::string path = self.dli_fname;
  size_t slash = path.rfind('/');
  path = (slash == std::string::npos ? "" : path.substr(0, slash + 1)) + "libldct_cuda.so";
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    library.reason = dlerror();
    return library;
  }
  library.devices = reinterpret_cast<decltype(library.devices)>(dlsym(handle, "ldct_cuda_devices"));
  if (!library.devices) {
    library.reason = path + " has no ldct_cuda_devices; it belongs to another version";
  }
  return library;
}

const Library& library() {
  static const Library opened = open_library();
  return opened;
}

}  // namespace

std::string cuda_capabilities_json() {
  if (!library().devices) {
    return "{\"library\":false,\"reason\":" + json_string(library().reason) + "}";
  }
  std::vector<char> text(1 << 16);
  library().devices(text.data(), static_cast<int64_t>(text.size()), nullptr, 0);
  return text.data();
}

int cuda_device_count(std::string* reason) {
  if (!library().devices) {
    *reason = library().reason;
    return 0;
  }
  std::vector<char> text(1 << 12);
  int count = library().devices(nullptr, 0, text.data(), static_cast<int64_t>(text.size()));
  *reason = text.data();
  return count;
}

}  // namespace ldct
