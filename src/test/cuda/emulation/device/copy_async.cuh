// Asynchronous copies of an emulated thread happen as late as they may, when the thread waits for them. Test only.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

namespace ldct::cuda {
namespace emulated {

struct Copy {
  void* to;
  const void* from;
  bool present;
};

// Groups under way of every thread of the block, the last one still open.
inline std::map<unsigned, std::vector<std::vector<Copy>>>& copy_groups() {
  static std::map<unsigned, std::vector<std::vector<Copy>>> groups;
  return groups;
}
inline std::vector<std::vector<Copy>>& own_copy_groups() {
  auto& own = copy_groups()[threadIdx.x];
  if (own.empty()) {
    own.emplace_back();
  }
  return own;
}

}  // namespace emulated

inline void copy16_async(void* to, const void* from, bool present) {
  if ((reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from)) % 16 != 0) {
    std::fprintf(stderr, "emulation: a copy is not aligned to 16 bytes\n");
    std::abort();
  }
  emulated::own_copy_groups().back().push_back({to, from, present});
}

inline void end_copy_group() { emulated::own_copy_groups().emplace_back(); }

template <int PENDING>
void wait_copy_groups() {
  auto& groups = emulated::own_copy_groups();
  while (static_cast<int>(groups.size()) - 1 > PENDING) {
    for (const emulated::Copy& copy : groups.front()) {
      if (copy.present) {
        std::memcpy(copy.to, copy.from, 16);
      } else {
        std::memset(copy.to, 0, 16);
      }
    }
    groups.erase(groups.begin());
  }
}

}  // namespace ldct::cuda
