// The CUDA engine lives in a library of its own beside this one, so that this one loads anywhere.
#pragma once

#include <memory>
#include <string>

#include "engine/engine.h"

namespace ldct {

class CudaLibrary {
 public:
  // The one in the folder of the library that this code is in; opened once and never closed.
  static const CudaLibrary& beside_this_one();

  // A library that cannot be opened, or belongs to another version, says so when it is asked for something.
  explicit CudaLibrary(const std::string& path);

  // The "cuda" object of ldct_capabilities: {"library":true,...} as the library reports it, or
  // {"library":false,"reason":...}.
  std::string capabilities_json() const;

  // Throws Error LDCT_NO_DEVICE, saying why, if there is none to be had.
  std::unique_ptr<Engine> open_engine(int32_t device) const;

 private:
  std::string reason_;  // why it cannot be used; empty if it can
  int32_t (*devices_)(char*, int64_t, char*, int64_t) = nullptr;
  Engine* (*open_)(int32_t) = nullptr;
};

}  // namespace ldct
