// Brings the windows of a plan to the device piece by piece, one piece ahead of the work. A window whose slice is on the
// device travels as an address; of any other, its pixels travel too.
#pragma once

#include <cuda_runtime.h>

#include <functional>

#include "engine/device_slices.h"
#include "engine/resources.h"
#include "kernels/chunk.h"

namespace ldct::cuda {

// Minibatches [first, first + count) of a plan; pointers are device memory.
struct Piece {
  int64_t first, count;
  Chunk* chunk;           // next is 0; losses are the beginning of results
  const Window* windows;  // [count][mbs]
  char* results;
};

// What is to be done with each piece.
struct Work {
  size_t result_bytes_a_batch;
  std::function<void(int64_t first, int64_t count, Update* updates)> fill_updates;  // may be empty
  std::function<void(const Piece& piece)> enqueue;
  std::function<void(const Piece& piece, const char* results)> collect;  // results are on the host
};

class Feed {
 public:
  // Runs the work on the stream for all pieces in order and returns when it is done.
  void run(cudaStream_t stream, const DeviceSlices& slices, const Plan& plan, const Work& work);

  int64_t device_bytes() const;

 private:
  // A piece under way: [Chunk][Update x count][Window x count x mbs][pixels], the same on the host and on the device.
  struct Slot {
    PinnedMemory staged, results_staged;
    DeviceMemory sent, results;
    Event copied, finished{Event::Kind::sleep};  // several trainers at once must not keep as many cores busy waiting
    Piece piece{};
    bool busy = false;
  };

  void drain(Slot& slot, const Work& work);
  int64_t fill(Slot& slot, const DeviceSlices& slices, const Plan& plan, int64_t first, const Work& work);

  Stream copies_;
  Slot slots_[2];
  size_t filled_bytes_ = 0;
};

}  // namespace ldct::cuda
