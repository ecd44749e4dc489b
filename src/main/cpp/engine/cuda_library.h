// The CUDA engine lives in a library of its own beside this one, so that this one loads anywhere.
#pragma once

#include <string>

namespace ldct {

// The "cuda" object of ldct_capabilities: {"library":true,...} as the library reports it, or
// {"library":false,"reason":...}.
std::string cuda_capabilities_json();

// Number of devices that answer; reason says why there is none.
int cuda_device_count(std::string* reason);

}  // namespace ldct
