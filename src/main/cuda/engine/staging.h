// Copies between pageable memory and the device through two pinned buffers, so that the host's copying and the transfer
// overlap.
#pragma once

#include "engine/resources.h"

namespace ldct::cuda {

class Staging {
 public:
  // Returns when `from` has been read; the transfer may still be under way on the stream.
  void upload(cudaStream_t stream, void* to, const void* from, size_t bytes);

  // Returns when everything is there.
  void download(cudaStream_t stream, void* to, const void* from, size_t bytes);

 private:
  struct Half {
    PinnedMemory memory;
    Event idle;
  };
  Half& next(size_t bytes);

  Half halves_[2];
  int turn_ = 0;
};

}  // namespace ldct::cuda
