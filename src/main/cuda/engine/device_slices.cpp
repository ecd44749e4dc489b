#include "engine/device_slices.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>

#include "engine/staging.h"

namespace ldct::cuda {
namespace {

// Of the device's memory, left for the trainers.
constexpr size_t reserved_share = 8;

int64_t image_bytes(const SliceFile::Slice& slice) { return slice.pixels() * static_cast<int64_t>(sizeof(uint16_t)); }

size_t budget(const Device& device) {
  const Device::Memory memory = device.memory();
  const size_t reserve = memory.total / reserved_share;
  return memory.free > reserve ? memory.free - reserve : 0;
}

// Two data sets are the same if they have the same file and table on the same device.
std::string identity(const Device& device, const char* path, const int64_t* slices, int64_t count) {
  std::string key = std::to_string(reinterpret_cast<uintptr_t>(&device)) + ":" + path + ":";
  return key.append(reinterpret_cast<const char*>(slices), static_cast<size_t>(count) * 5 * sizeof(int64_t));
}

}  // namespace

std::shared_ptr<const DeviceSlices> DeviceSlices::open(Device& device, const char* path, const int64_t* slices,
                                                       int64_t count) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<const DeviceSlices>> open_slices;
  std::lock_guard<std::mutex> guard(mutex);
  for (auto entry = open_slices.begin(); entry != open_slices.end();) {
    entry = entry->second.expired() ? open_slices.erase(entry) : std::next(entry);
  }
  std::weak_ptr<const DeviceSlices>& known = open_slices[identity(device, path, slices, count)];
  std::shared_ptr<const DeviceSlices> shared = known.lock();
  if (!shared) {
    shared = std::make_shared<const DeviceSlices>(device, path, slices, count);
    known = shared;
  }
  return shared;
}

DeviceSlices::DeviceSlices(Device& device, const char* path, const int64_t* slices, int64_t count)
    : file_(path, slices, count) {
  // Free memory may lie in pieces, or somebody else may take it meanwhile: then less is tried.
  for (size_t allowed = budget(device);; allowed /= 2) {
    choose(allowed);
    try {
      pixels_.reserve(static_cast<size_t>(resident_bytes()));
      break;
    } catch (const Error& e) {
      if (e.status() != LDCT_OUT_OF_MEMORY) {
        throw;
      }
    }
  }
  upload();
}

void DeviceSlices::choose(size_t budget) {
  begin_.assign(1, 0);
  for (const SliceFile::Slice& slice : file_.slices()) {
    const int64_t end = begin_.back() + 2 * image_bytes(slice);
    if (static_cast<size_t>(end) > budget) {
      break;
    }
    begin_.push_back(end);
  }
}

void DeviceSlices::upload() {
  Staging staging;
  const Stream stream;
  for (size_t i = 0; i + 1 < begin_.size(); i++) {
    const size_t bytes = static_cast<size_t>(image_bytes(file_.slices()[i]));
    char* to = pixels_.as<char>() + begin_[i];
    for (SliceFile::Dose dose : {SliceFile::low, SliceFile::high}) {
      staging.upload(stream, to + dose * bytes, file_.pixels(static_cast<int32_t>(i), dose, 0, 0), bytes);
    }
  }
  stream.wait();
}

const uint16_t* DeviceSlices::resident(int32_t slice, SliceFile::Dose dose) const {
  const size_t i = static_cast<size_t>(slice);
  if (i + 1 >= begin_.size()) {
    return nullptr;
  }
  return pixels_.as<uint16_t>() + begin_[i] / 2 + dose * file_.slices()[i].pixels();
}

}  // namespace ldct::cuda
