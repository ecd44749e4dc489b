// The entry points of libldct_cuda.so.
#include <cuda_runtime.h>

#include <cstring>
#include <string>

#include "engine/cuda_engine.h"
#include "engine/json.h"
#include "ldct_cuda.h"

#define LDCT_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

void copy_cut(const std::string& text, char* out, int64_t capacity) {
  if (out && capacity > 0) {
    size_t n = text.copy(out, static_cast<size_t>(capacity) - 1);
    out[n] = 0;
  }
}

std::string device_json(int ordinal) {
  cudaDeviceProp properties;
  cudaError_t status = cudaGetDeviceProperties(&properties, ordinal);
  if (status != cudaSuccess) {
    return "{\"ordinal\":" + std::to_string(ordinal) +
           ",\"reason\":" + ldct::json_string(cudaGetErrorString(status)) + "}";
  }
  const std::string why = ldct::cuda::too_old(ordinal);
  return "{\"ordinal\":" + std::to_string(ordinal) + ",\"name\":" + ldct::json_string(properties.name) +
         ",\"compute_capability\":\"" + std::to_string(properties.major) + "." + std::to_string(properties.minor) +
         "\",\"memory_bytes\":" + std::to_string(properties.totalGlobalMem) +
         ",\"multiprocessors\":" + std::to_string(properties.multiProcessorCount) +
         ",\"reason\":" + (why.empty() ? "null" : ldct::json_string(why)) + "}";
}

}  // namespace

LDCT_EXPORT int32_t ldct_cuda_abi_version(void) { return LDCT_CUDA_ABI_VERSION; }

LDCT_EXPORT ldct::Engine* ldct_cuda_open_engine(int32_t device) { return new ldct::cuda::CudaEngine(device); }

LDCT_EXPORT int32_t ldct_cuda_devices(char* json, int64_t capacity, char* reason, int64_t reason_capacity) {
  int driver = 0, runtime = 0, count = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  cudaError_t status = cudaGetDeviceCount(&count);
  const std::string why = ldct::cuda::no_devices(status, count);
  if (!why.empty()) {
    count = 0;
  }
  if (json) {
    std::string text = "{\"library\":true,\"driver\":" + (driver ? "\"" + ldct::cuda::version_text(driver) + "\"" : "null") +
                       ",\"runtime\":\"" + ldct::cuda::version_text(runtime) + "\",\"devices\":[";
    for (int ordinal = 0; ordinal < count; ordinal++) {
      text += (ordinal ? "," : "") + device_json(ordinal);
    }
    text += "],\"precisions\":" + ldct::cuda::precisions_json() +
            ",\"reason\":" + (why.empty() ? "null" : ldct::json_string(why)) + "}";
    copy_cut(text, json, capacity);
  }
  copy_cut(why, reason, reason_capacity);
  return count;
}
