// Advice to the compiler about registers, which the emulation has no use for. Test only.
#pragma once

namespace ldct::cuda {

inline int anew(int value) { return value; }

}  // namespace ldct::cuda
