#include "network/check.h"

#include <string>

#include "engine/engine.h"

namespace ldct::cuda {
namespace {

// After these every call of the process on the device fails.
bool is_lost(cudaError_t status) {
  switch (status) {
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
#if CUDART_VERSION >= 13000
    case cudaErrorContained:
    case cudaErrorTensorMemoryLeak:
#endif
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorLaunchFailure:
    case cudaErrorContextIsDestroyed:
    case cudaErrorExternalDevice:
    case cudaErrorUnknown:  // what a device that fell off the bus answers
      return true;
    default:
      return false;
  }
}

}  // namespace

void check(cudaError_t status, const char* doing) {
  if (status == cudaSuccess) {
    return;
  }
  std::string message = std::string(doing) + ": " + cudaGetErrorString(status);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // not sticky: the next call is not to stumble over it
    throw Error(LDCT_OUT_OF_MEMORY, message);
  }
  throw Error(is_lost(status) ? LDCT_DEVICE_LOST : LDCT_DEVICE_ERROR, message);
}

}  // namespace ldct::cuda
