// The hand-written networks, by the units that compute.
#pragma once

#include <memory>

#include "network/network.h"

namespace ldct::cuda {

std::unique_ptr<Network> create_plain_network();
std::unique_ptr<Network> create_bfloat16_network();
std::unique_ptr<Network> create_tfloat32_network();

}  // namespace ldct::cuda
