#include "engine/engine.h"
#include "network/tuned/networks.h"

namespace ldct::cuda {

std::unique_ptr<Network> create_tuned_network(int32_t precision) {
  switch (precision) {
    case LDCT_FP32: return create_plain_network();
    case LDCT_BF16: return create_bfloat16_network();
    case LDCT_TF32: return create_tfloat32_network();
    default: throw Error(LDCT_UNSUPPORTED, "the tuned CUDA kernels know fp32, tf32 and bf16 only");
  }
}

}  // namespace ldct::cuda
