#include "ldct.h"
extern "C" __attribute__((visibility("default"))) int32_t ldct_abi_version(void) { return LDCT_ABI_VERSION; }
