// Zeroed memory that starts on a cache line, apart from all other memory.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace ldct {
namespace cpu {

// On either side, bytes that nobody touches, so that they hardly take memory: processors fetch what lies beyond an array, by
// the distance of its components too, and so take lines from the core whose array lies there. Not where overruns shall be
// found.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t bytes_apart = 0;
#else
constexpr size_t bytes_apart = size_t{64} << 10;
#endif

template <class T>
class Apart {
  static_assert(std::is_trivially_copyable<T>::value && std::is_trivially_destructible<T>::value, "only zeroed");
  static constexpr size_t line = 64, page = 4096;
  static_assert(alignof(T) <= line, "");

 public:
  Apart() = default;
  explicit Apart(int64_t size) : size_(size) {
    const size_t bytes = (static_cast<size_t>(size) * sizeof(T) + line - 1) / line * line;
    // Else all would begin at the same place in a page, and so in the same set of the first-level cache.
    static thread_local size_t begun = 0;
    const size_t before = bytes_apart == 0 ? 0 : bytes_apart + begun++ * 11 * line % page;
    char* memory = static_cast<char*>(std::aligned_alloc(line, before + bytes + bytes_apart));
    if (!memory) {
      throw std::bad_alloc();
    }
    data_ = {reinterpret_cast<T*>(memory + before), Free{memory}};
    std::memset(data_.get(), 0, bytes);
  }
  T* data() const { return data_.get(); }
  T& operator*() const { return *data_.get(); }
  T* operator->() const { return data_.get(); }
  int64_t size() const { return size_; }
  int64_t bytes() const { return size_ * static_cast<int64_t>(sizeof(T)); }

 private:
  struct Free {
    char* memory = nullptr;
    void operator()(T*) const { std::free(memory); }
  };
  std::unique_ptr<T[], Free> data_;
  int64_t size_ = 0;
};

using AlignedFloats = Apart<float>;

}  // namespace cpu
}  // namespace ldct
