// Runs the threads of one CUDA block as fibers of this thread: a barrier or a warp collective parks a thread until the
// others have come. Test only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};
struct uint3 {
  unsigned x, y, z;
};

extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;

namespace emulation {

constexpr int warp_size = 32;

// In which order the warps of a block, and the threads of a warp, get their turn, each for as long as it can run. A
// kernel that lacks a barrier gives other results in reverse.
enum class Order { forward, reverse };
void set_order(Order order);

// Runs body once per thread of a block. The dynamic shared memory starts out as signalling NaNs.
void run_block(dim3 grid, uint3 block_index, dim3 block, size_t dynamic_shared_bytes, const std::function<void()>& body);

unsigned char* dynamic_shared();

// __syncthreads: ends the process with a message if a thread of the block has already returned.
void block_barrier();

int lane();

/*
 * Every lane of the warp hands in a pointer; when the 32nd has come, operation sees all of them, and all lanes go on.
 * A warp whose lanes wait at different operations ends the process with a message.
 */
using Collective = void (*)(void* lanes[warp_size]);
void warp_collective(Collective operation, void* own);

}  // namespace emulation
