// The device of the emulated libldct_cuda.so that lies beside the tests, and engines on it.
#pragma once

#include <dlfcn.h>
#include <cstddef>

#include "fixtures.h"

namespace emulated {

constexpr size_t ample_memory = size_t{1} << 30;

// Sets the device to a state for a scope; afterwards it is sound, large and runs everything at once.
class Device {
 public:
  Device() { restore(); }
  ~Device() { restore(); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // As cudaError_t.
  void fail_next(int error) { control<void(int)>("emulation_fail_next")(error); }
  void memory(size_t bytes) { control<void(size_t)>("emulation_set_memory")(bytes); }
  void capability(int major, int minor) { control<void(int, int)>("emulation_set_capability")(major, minor); }
  void lazy(bool on) { control<void(bool)>("emulation_set_lazy")(on); }
  void reverse(bool on) { control<void(bool)>("emulation_set_reverse")(on); }
  size_t allocated() { return control<size_t()>("emulation_allocated")(); }

 private:
  void restore() {
    fail_next(0);
    memory(ample_memory);
    capability(9, 0);
    lazy(false);
    reverse(false);
  }

  template <class Function>
  static Function* control(const char* name) {
    static void* const library = [] {
      fixtures::engine(0, LDCT_CUDA);  // opens it
      Dl_info self;
      CHECK(dladdr(reinterpret_cast<void*>(&ldct_abi_version), &self) != 0, "the tests' own place");
      const std::string path = self.dli_fname;
      return dlopen((path.substr(0, path.rfind('/') + 1) + "libldct_cuda.so").c_str(), RTLD_NOW | RTLD_NOLOAD);
    }();
    CHECK(library, dlerror());
    auto found = reinterpret_cast<Function*>(dlsym(library, name));
    CHECK(found, name);
    return found;
  }
};

}  // namespace emulated
