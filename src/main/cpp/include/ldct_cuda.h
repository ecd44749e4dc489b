/* What libldct_cuda.so offers to libldct.so. Not seen by Java. */
#ifndef LDCT_CUDA_H
#define LDCT_CUDA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asks the driver for its devices. Writes the "cuda" object of ldct_capabilities to json and why
 * there is no device to reason (empty if there is one), both cut to their capacity; either may be
 * NULL. Returns the number of devices.
 */
int32_t ldct_cuda_devices(char* json, int64_t capacity, char* reason, int64_t reason_capacity);

#ifdef __cplusplus
}
#endif

#endif
