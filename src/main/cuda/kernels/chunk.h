// What the kernels of a training iteration find in device memory.
#pragma once

#include <cstdint>

#include "engine/update.h"

namespace ldct::cuda {

// Where the two images of a window begin; rows lie pitch pixels apart. int16_t where the slice is signed.
struct Window {
  const uint16_t* low;
  const uint16_t* high;
  int32_t pitch;
  int32_t is_signed;
};

/*
 * A stretch of a plan. Iterations find their place here and not in kernel arguments, so that a recorded graph serves
 * every stretch of every call: read_windows begins iteration `next` and notes it as `current`, update_parameters ends
 * `current` and moves `next` on.
 */
struct Chunk {
  const Window* windows;  // [iterations][mbs]
  const Update* updates;  // [iterations]
  float* losses;          // [iterations]
  int64_t next;
  int64_t current;
};

}  // namespace ldct::cuda
