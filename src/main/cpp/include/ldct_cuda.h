/* What libldct_cuda.so offers to libldct.so. Not seen by Java. Both are built together. */
#ifndef LDCT_CUDA_H
#define LDCT_CUDA_H

#include <stdint.h>

/* Raised whenever this header, ldct.h or engine/engine.h changes. */
#define LDCT_CUDA_ABI_VERSION 4

namespace ldct {
class Engine;
}

extern "C" {

/* LDCT_CUDA_ABI_VERSION of the library; nothing else may be called if it differs. */
int32_t ldct_cuda_abi_version(void);

/*
 * Asks the driver for its devices. Writes the "cuda" object of ldct_capabilities to json and why
 * there is no device to reason (empty if there is one), both cut to their capacity; either may be
 * NULL. Returns the number of devices.
 */
int32_t ldct_cuda_devices(char* json, int64_t capacity, char* reason, int64_t reason_capacity);

/*
 * A new engine, owned by the caller. It and everything it makes throw ldct::Error, which both
 * libraries know by the same name; std::exception otherwise.
 */
ldct::Engine* ldct_cuda_open_engine(int32_t device);
}

#endif
