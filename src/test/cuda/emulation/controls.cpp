// The emulation's controls under C names, for tests that reach the emulated libldct_cuda.so as a library.
#include "cuda_runtime.h"

#define CONTROL extern "C" __attribute__((visibility("default"))) void

CONTROL emulation_fail_next(int error) { emulation::fail_next(static_cast<cudaError_t>(error)); }
CONTROL emulation_set_memory(size_t bytes) { emulation::set_device_memory(bytes); }
CONTROL emulation_set_capability(int major, int minor) { emulation::set_compute_capability(major, minor); }
CONTROL emulation_set_lazy(bool lazy) {
  emulation::set_streams(lazy ? emulation::Streams::lazy : emulation::Streams::eager);
}
CONTROL emulation_set_reverse(bool reverse) {
  emulation::set_order(reverse ? emulation::Order::reverse : emulation::Order::forward);
}
extern "C" __attribute__((visibility("default"))) size_t emulation_allocated() { return emulation::allocated_bytes(); }
