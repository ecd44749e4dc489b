// The slice cache on the device: uploaded once and shared by everyone in the process who opens the same one. What does not
// fit stays in the mapped file, and its windows travel when they are needed.
#pragma once

#include <memory>

#include "engine/device.h"
#include "engine/resources.h"
#include "engine/slice_file.h"

namespace ldct::cuda {

class DeviceSlices {
 public:
  // slices is [count][5] as in ldct_dataset_open.
  static std::shared_ptr<const DeviceSlices> open(Device& device, const char* path, const int64_t* slices,
                                                  int64_t count);

  // Uploads whole slices in their order while they fit beside the reserve for trainers.
  DeviceSlices(Device& device, const char* path, const int64_t* slices, int64_t count);

  const SliceFile& file() const { return file_; }

  // The pixels of a slice on the device; null if it stayed in the file.
  const uint16_t* resident(int32_t slice, SliceFile::Dose dose) const;

  // Bytes of all slices, and of those on the device.
  int64_t bytes() const { return file_.pixel_bytes(); }
  int64_t resident_bytes() const { return begin_.back(); }

 private:
  void choose(size_t budget);
  void upload();

  SliceFile file_;
  std::vector<int64_t> begin_{0};  // byte where each resident slice's low dose begins, and the end of all
  DeviceMemory pixels_;
};

class CudaDataset : public Dataset {
 public:
  explicit CudaDataset(std::shared_ptr<const DeviceSlices> slices) : slices_(std::move(slices)) {}
  const DeviceSlices& slices() const { return *slices_; }
  int64_t bytes() const override { return slices_->bytes(); }
  int64_t resident_bytes() const override { return slices_->resident_bytes(); }

 private:
  std::shared_ptr<const DeviceSlices> slices_;
};

}  // namespace ldct::cuda
