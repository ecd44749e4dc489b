#include <cuda_runtime.h>

extern "C" __attribute__((visibility("default"))) int ldct_cuda_device_count(void) {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}
