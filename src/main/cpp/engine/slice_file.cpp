#include "engine/slice_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ldct {
namespace {

constexpr int64_t fields = 5, max_side = 1 << 20;

[[noreturn]] void io_error(const char* path, const char* what) {
  throw Error(LDCT_IO_ERROR, std::string(path) + ": " + what + ": " + std::strerror(errno));
}

}  // namespace

SliceFile::SliceFile(const char* path, const int64_t* slices, int64_t count) {
  map(path);
  try {
    slices_.reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count; i++) {
      slices_.push_back(checked(slices + i * fields, i));
    }
  } catch (...) {
    munmap(const_cast<unsigned char*>(bytes_), size_);
    throw;
  }
}

SliceFile::~SliceFile() { munmap(const_cast<unsigned char*>(bytes_), size_); }

void SliceFile::map(const char* path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    io_error(path, "cannot be opened");
  }
  struct stat status;
  void* mapped = MAP_FAILED;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
    mapped = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_SHARED, file, 0);
  } else {
    errno = EINVAL;
  }
  int problem = errno;
  close(file);
  errno = problem;
  if (mapped == MAP_FAILED) {
    io_error(path, "cannot be mapped (it must be a regular file that is not empty)");
  }
  bytes_ = static_cast<const unsigned char*>(mapped);
  size_ = static_cast<size_t>(status.st_size);
}

SliceFile::Slice SliceFile::checked(const int64_t* slice, int64_t index) const {
  Slice s{{slice[0], slice[1]}, slice[2], slice[3], (slice[4] & 1) != 0};
  auto refuse = [&](const char* what) {
    throw Error(LDCT_INVALID_ARGUMENT, "slice " + std::to_string(index) + " of the data set: " + what);
  };
  if (s.rows < 1 || s.columns < 1 || s.rows > max_side || s.columns > max_side) {
    refuse("rows and columns must be 1 to 1048576");
  }
  int64_t bytes = s.rows * s.columns * 2, size = static_cast<int64_t>(size_);
  for (int64_t offset : s.offset) {
    if (offset < 0 || offset % 2 != 0 || bytes > size || offset > size - bytes) {
      refuse("its pixels lie outside the file or on an odd offset");
    }
  }
  return s;
}

int64_t SliceFile::pixel_bytes() const {
  int64_t bytes = 0;
  for (const Slice& slice : slices_) {
    bytes += 2 * slice.pixels() * static_cast<int64_t>(sizeof(uint16_t));
  }
  return bytes;
}

void SliceFile::check(const Plan& plan) const {
  int64_t windows = plan.batches * plan.mbs;
  for (int64_t i = 0; i < windows; i++) {
    const int32_t* w = plan.windows + i * 3;
    if (w[0] < 0 || w[0] >= static_cast<int64_t>(slices_.size())) {
      throw Error(LDCT_INVALID_ARGUMENT, "window " + std::to_string(i) + " of the plan: there is no slice " +
                                             std::to_string(w[0]));
    }
    const Slice& slice = slices_[static_cast<size_t>(w[0])];
    if (w[1] < 0 || w[2] < 0 || w[1] + int64_t{plan.shape.rows} > slice.rows ||
        w[2] + int64_t{plan.shape.columns} > slice.columns) {
      throw Error(LDCT_INVALID_ARGUMENT,
                  "window " + std::to_string(i) + " of the plan does not lie inside slice " + std::to_string(w[0]));
    }
  }
}

}  // namespace ldct
