// Taken where the build has no cuDNN network: its definition is weak, and the real one wins.
#include "network/network.h"

namespace ldct::cuda {

__attribute__((weak)) std::unique_ptr<Network> create_cudnn_network(int32_t) {
  throw Error(LDCT_UNSUPPORTED, "this build has no cuDNN kernels");
}

}  // namespace ldct::cuda
