#include "engine/staging.h"

#include <algorithm>
#include <cstring>

#include "network/check.h"

namespace ldct::cuda {
namespace {

constexpr size_t piece_bytes = size_t{4} << 20;

}  // namespace

Staging::Half& Staging::next(size_t bytes) {
  Half& half = halves_[turn_];
  turn_ = 1 - turn_;
  half.idle.wait();
  half.memory.reserve(std::min(bytes, piece_bytes));
  return half;
}

void Staging::upload(cudaStream_t stream, void* to, const void* from, size_t bytes) {
  for (size_t done = 0; done < bytes; done += piece_bytes) {
    const size_t size = std::min(piece_bytes, bytes - done);
    Half& half = next(size);
    std::memcpy(half.memory.as<char>(), static_cast<const char*>(from) + done, size);
    check(cudaMemcpyAsync(static_cast<char*>(to) + done, half.memory.as<char>(), size, cudaMemcpyHostToDevice, stream),
          "copying to the device");
    half.idle.record(stream);
  }
}

void Staging::download(cudaStream_t stream, void* to, const void* from, size_t bytes) {
  Half* before = nullptr;
  size_t landed = 0;
  auto land = [&](size_t end) {
    before->idle.wait();
    std::memcpy(static_cast<char*>(to) + landed, before->memory.as<char>(), end - landed);
    landed = end;
  };
  for (size_t done = 0; done < bytes; done += piece_bytes) {
    const size_t size = std::min(piece_bytes, bytes - done);
    Half& half = next(size);
    check(cudaMemcpyAsync(half.memory.as<char>(), static_cast<const char*>(from) + done, size, cudaMemcpyDeviceToHost,
                          stream),
          "copying from the device");
    half.idle.record(stream);
    if (before) {
      land(done);
    }
    before = &half;
  }
  if (before) {
    land(bytes);
  }
}

}  // namespace ldct::cuda
