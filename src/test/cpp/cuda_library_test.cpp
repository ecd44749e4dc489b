// A CUDA library that is missing or belongs to another version is refused with a reason.
#include "engine/cuda_library.h"

#include <unistd.h>

#include "fixtures.h"

namespace {

// Where the build of the tests puts a library with another ABI.
std::string other_library() {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  CHECK(length > 0, "the tests' own place");
  const std::string self(path, static_cast<size_t>(length));
  return self.substr(0, self.rfind('/')) + "/other/libldct_cuda.so";
}

void refused(const std::string& path, const std::string& part) {
  const ldct::CudaLibrary library(path);
  const std::string json = library.capabilities_json();
  CHECK(json.find("\"library\":false") != std::string::npos && json.find(part) != std::string::npos, json);
  try {
    library.open_engine(0);
    CHECK(false, "an engine out of ", path);
  } catch (const ldct::Error& e) {
    CHECK(e.status() == LDCT_NO_DEVICE && std::string(e.what()).find(part) != std::string::npos, e.what());
  }
}

TEST(a_missing_cuda_library_is_no_device) { refused("/no/such/libldct_cuda.so", "/no/such/libldct_cuda.so"); }

TEST(a_cuda_library_of_another_version_is_refused) { refused(other_library(), "has ABI 1"); }

}  // namespace
