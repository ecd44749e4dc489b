#include "block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

// Saves the callee-saved registers on the stack at *from and goes on with those at to.
extern "C" void emulation_switch(void** from, void* to);
asm(R"(
.text
.globl emulation_switch
.type emulation_switch, @function
emulation_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulation_switch, .-emulation_switch
)");

namespace emulation {
namespace {

constexpr size_t stack_bytes = 128 << 10, shared_alignment = 128;

struct Fiber {
  std::unique_ptr<unsigned char[]> stack{new unsigned char[stack_bytes]};
  void* stack_pointer = nullptr;
  uint3 index{};
  bool finished = false;
};

struct Warp {
  int arrived = 0;
  int64_t generation = 0;
  Collective operation = nullptr;
  void* lanes[warp_size] = {};
};

struct Block {
  const std::function<void()>* body = nullptr;
  int threads = 0;
  int finished = 0;
  int at_barrier = 0;
  int64_t barrier_generation = 0;
  int64_t progress = 0;  // grows with every arrival and return, so that a block that hangs is noticed
  std::vector<Warp> warps;
};

std::vector<Fiber> fibers;
std::unique_ptr<unsigned char, void (*)(void*)> shared_memory(nullptr, std::free);
Block block_state;
int current = 0;
void* scheduler_stack = nullptr;
Order thread_order = Order::forward;

#if defined(__SANITIZE_ADDRESS__)
const void* scheduler_bottom = nullptr;
size_t scheduler_size = 0;
void* scheduler_fake = nullptr;
#endif

[[noreturn]] void die(const char* message) {
  std::fprintf(stderr, "emulated block (%u,%u,%u), thread (%u,%u,%u): %s\n", blockIdx.x, blockIdx.y, blockIdx.z,
               threadIdx.x, threadIdx.y, threadIdx.z, message);
  std::abort();
}

void to_scheduler(bool last) {
  Fiber& self = fibers[current];
#if defined(__SANITIZE_ADDRESS__)
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(last ? nullptr : &fake, scheduler_bottom, scheduler_size);
#else
  (void)last;
#endif
  emulation_switch(&self.stack_pointer, scheduler_stack);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake, &scheduler_bottom, &scheduler_size);
#endif
}

void to_fiber(int thread) {
  current = thread;
  threadIdx = fibers[thread].index;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&scheduler_fake, fibers[thread].stack.get(), stack_bytes);
#endif
  emulation_switch(&scheduler_stack, fibers[thread].stack_pointer);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(scheduler_fake, nullptr, nullptr);
#endif
}

void thread_main() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &scheduler_bottom, &scheduler_size);
#endif
  (*block_state.body)();
  fibers[current].finished = true;
  block_state.finished++;
  block_state.progress++;
  to_scheduler(true);
  std::abort();
}

void prepare(Fiber& fiber, uint3 index) {
  fiber.index = index;
  fiber.finished = false;
#if defined(__SANITIZE_ADDRESS__)
  // The last thread on this stack left by a switch, not a return: its outermost frames are still marked.
  constexpr size_t left_behind = 1024;
  __asan_unpoison_memory_region(fiber.stack.get() + stack_bytes - left_behind, left_behind);
#endif
  // The first switch pops six registers and returns into thread_main with the stack aligned as after a call.
  auto** top = reinterpret_cast<void**>(fiber.stack.get() + stack_bytes - 16);
  *--top = nullptr;
  *--top = reinterpret_cast<void*>(&thread_main);
  for (int i = 0; i < 6; i++) {
    *--top = nullptr;
  }
  fiber.stack_pointer = top;
}

void park() { to_scheduler(false); }

// Runs a warp until it waits for others. One that goes ahead of the rest shows what a missing barrier would let it read.
void run_warp(int warp) {
  int begin = warp * warp_size, lanes = std::min(warp_size, block_state.threads - begin);
  int64_t before = -1;
  while (block_state.progress != before) {
    before = block_state.progress;
    for (int i = 0; i < lanes; i++) {
      int thread = begin + (thread_order == Order::forward ? i : lanes - 1 - i);
      if (!fibers[thread].finished) {
        to_fiber(thread);
      }
    }
  }
}

}  // namespace

void set_order(Order order) { thread_order = order; }

unsigned char* dynamic_shared() { return shared_memory.get(); }

int lane() { return current % warp_size; }

void block_barrier() {
  if (block_state.finished > 0) {
    die("__syncthreads, but a thread of the block has already returned");
  }
  int64_t generation = block_state.barrier_generation;
  block_state.progress++;
  if (++block_state.at_barrier == block_state.threads) {
    block_state.at_barrier = 0;
    block_state.barrier_generation++;
    return;
  }
  while (block_state.barrier_generation == generation) {
    park();
  }
}

void warp_collective(Collective operation, void* own) {
  Warp& warp = block_state.warps[current / warp_size];
  if (warp.arrived > 0 && warp.operation != operation) {
    die("the lanes of a warp wait at different operations");
  }
  warp.operation = operation;
  warp.lanes[lane()] = own;
  block_state.progress++;
  int64_t generation = warp.generation;
  if (++warp.arrived == warp_size) {
    operation(warp.lanes);
    warp.arrived = 0;
    warp.generation++;
    return;
  }
  while (warp.generation == generation) {
    park();
  }
}

void run_block(dim3 grid, uint3 block_index, dim3 block, size_t dynamic_shared_bytes,
               const std::function<void()>& body) {
  int threads = static_cast<int>(block.x * block.y * block.z);
  gridDim = grid;
  blockDim = block;
  blockIdx = block_index;
  if (dynamic_shared_bytes > 0) {
    // As long as asked for to the byte, so that the sanitizer sees the first one too far.
    void* memory = nullptr;
    if (posix_memalign(&memory, shared_alignment, dynamic_shared_bytes) != 0) {
      die("no memory");
    }
    std::memset(memory, 0xff, dynamic_shared_bytes);
    shared_memory.reset(static_cast<unsigned char*>(memory));
  }
  block_state = Block();
  block_state.body = &body;
  block_state.threads = threads;
  block_state.warps.resize((threads + warp_size - 1) / warp_size);
  if (static_cast<int>(fibers.size()) < threads) {
    fibers.resize(threads);
  }
  for (int t = 0; t < threads; t++) {
    unsigned i = static_cast<unsigned>(t);
    prepare(fibers[t], {i % block.x, i / block.x % block.y, i / block.x / block.y});
  }
  int64_t before = -1;
  while (block_state.finished < threads) {
    if (block_state.progress == before) {
      die("the block hangs: its threads wait for others that do not come");
    }
    before = block_state.progress;
    int warps = static_cast<int>(block_state.warps.size());
    for (int i = 0; i < warps; i++) {
      run_warp(thread_order == Order::forward ? i : warps - 1 - i);
    }
  }
}

}  // namespace emulation
