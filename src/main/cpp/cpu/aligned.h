// Zeroed memory that starts on a cache line, apart from all other memory.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace ldct {
namespace cpu {

// On either side, bytes that nobody touches, so that they take no memory: processors fetch what lies beyond an array, by the
// distance of its components too, and so take lines from the core whose array lies there. Not where overruns shall be found.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t bytes_apart = 0;
#else
constexpr size_t bytes_apart = size_t{64} << 10;
#endif

template <class T>
class Apart {
 public:
  Apart() = default;
  explicit Apart(int64_t size) : size_(size) {
    constexpr size_t line = 64;
    const size_t bytes = (static_cast<size_t>(size) * sizeof(T) + line - 1) / line * line;
    char* memory = static_cast<char*>(std::aligned_alloc(line, bytes + 2 * bytes_apart));
    if (!memory) {
      throw std::bad_alloc();
    }
    data_.reset(reinterpret_cast<T*>(memory + bytes_apart));
    std::memset(data_.get(), 0, bytes);
  }
  T* data() const { return data_.get(); }
  T* operator->() const { return data_.get(); }
  int64_t size() const { return size_; }
  int64_t bytes() const { return size_ * static_cast<int64_t>(sizeof(T)); }

 private:
  struct Free {
    void operator()(T* p) const { std::free(reinterpret_cast<char*>(p) - bytes_apart); }
  };
  std::unique_ptr<T[], Free> data_;
  int64_t size_ = 0;
};

using AlignedFloats = Apart<float>;

}  // namespace cpu
}  // namespace ldct
