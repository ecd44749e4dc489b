#pragma once

#include "engine/engine.h"

namespace ldct {
namespace cpu {

// threads: 0 = one a core that this process may use.
std::unique_ptr<Engine> open_engine(int threads);

// The "cpu" object of ldct_capabilities.
std::string capabilities_json();

}  // namespace cpu
}  // namespace ldct
