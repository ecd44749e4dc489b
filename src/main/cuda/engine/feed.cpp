#include "engine/feed.h"

#include <algorithm>
#include <cstring>

#include "network/check.h"

namespace ldct::cuda {
namespace {

// A piece is long enough to hide the host's work and short enough to stay in the processor's caches.
constexpr int64_t most_windows = 1 << 14, most_streamed_bytes = int64_t{16} << 20;

const int32_t* window_of(const Plan& plan, int64_t window) { return plan.windows + window * 3; }

// Pixels of a minibatch that are not on the device.
int64_t streamed_bytes(const DeviceSlices& slices, const Plan& plan, int64_t batch) {
  int64_t windows = 0;
  for (int64_t i = batch * plan.mbs; i < (batch + 1) * plan.mbs; i++) {
    windows += slices.resident(window_of(plan, i)[0], SliceFile::low) == nullptr;
  }
  return windows * 2 * plan.shape.pixels() * static_cast<int64_t>(sizeof(uint16_t));
}

// Where the parts of a piece begin, in bytes.
struct Layout {
  size_t updates, windows, pixels, end;
  Layout(int64_t batches, int32_t mbs, int64_t streamed)
      : updates(sizeof(Chunk)),
        windows(updates + static_cast<size_t>(batches) * sizeof(Update)),
        pixels(windows + static_cast<size_t>(batches * mbs) * sizeof(Window)),
        end(pixels + static_cast<size_t>(streamed)) {}
};
static_assert(sizeof(Chunk) % 8 == 0 && sizeof(Update) % 8 == 0 && sizeof(Window) % 8 == 0, "parts stay aligned");

// Copies a window from the file to staging memory; its address on the device.
const uint16_t* stream_window(const DeviceSlices& slices, const int32_t* window, SliceFile::Dose dose, Shape shape,
                              const char* device_base, char* host_base, size_t& at) {
  const size_t row_bytes = static_cast<size_t>(shape.columns) * sizeof(uint16_t), begin = at;
  for (int32_t row = 0; row < shape.rows; row++, at += row_bytes) {
    std::memcpy(host_base + at, slices.file().pixels(window[0], dose, window[1] + row, window[2]), row_bytes);
  }
  return reinterpret_cast<const uint16_t*>(device_base + begin);
}

// Nothing may still use the buffers when an exception leaves.
struct Settle {
  cudaStream_t work, copies;
  ~Settle() {
    cudaStreamSynchronize(copies);
    cudaStreamSynchronize(work);
  }
};

}  // namespace

void Feed::run(cudaStream_t stream, const DeviceSlices& slices, const Plan& plan, const Work& work) {
  const Settle settle{stream, copies_};
  slots_[0].busy = slots_[1].busy = false;
  int turn = 0;
  for (int64_t first = 0; first < plan.batches; turn = 1 - turn) {
    Slot& slot = slots_[turn];
    drain(slot, work);
    const int64_t count = fill(slot, slices, plan, first, work);
    check(cudaMemcpyAsync(slot.sent.as<char>(), slot.staged.as<char>(), filled_bytes_, cudaMemcpyHostToDevice, copies_),
          "copying a plan to the device");
    slot.copied.record(copies_);
    slot.copied.hold_back(stream);
    work.enqueue(slot.piece);
    check(cudaMemcpyAsync(slot.results_staged.as<char>(), slot.results.as<char>(),
                          static_cast<size_t>(count) * work.result_bytes_a_batch, cudaMemcpyDeviceToHost, stream),
          "copying results from the device");
    slot.finished.record(stream);
    slot.busy = true;
    first += count;
  }
  drain(slots_[turn], work);
  drain(slots_[1 - turn], work);
}

void Feed::drain(Slot& slot, const Work& work) {
  if (slot.busy) {
    slot.busy = false;
    slot.finished.wait();
    work.collect(slot.piece, slot.results_staged.as<char>());
  }
}

int64_t Feed::fill(Slot& slot, const DeviceSlices& slices, const Plan& plan, int64_t first, const Work& work) {
  const int64_t most = std::min(plan.batches - first, std::max(int64_t{1}, most_windows / plan.mbs));
  int64_t streamed = streamed_bytes(slices, plan, first), count = 1;
  for (; count < most; count++) {
    const int64_t more = streamed_bytes(slices, plan, first + count);
    if (more > 0 && streamed + more > most_streamed_bytes) {
      break;
    }
    streamed += more;
  }
  const Layout layout(count, plan.mbs, streamed);
  slot.staged.reserve(layout.end);
  slot.sent.reserve(layout.end);
  slot.results_staged.reserve(static_cast<size_t>(count) * work.result_bytes_a_batch);
  slot.results.reserve(static_cast<size_t>(count) * work.result_bytes_a_batch);
  char* host = slot.staged.as<char>();
  const char* device = slot.sent.as<char>();
  slot.piece = {first, count, slot.sent.as<Chunk>(), reinterpret_cast<const Window*>(device + layout.windows),
                slot.results.as<char>()};
  const Chunk chunk{slot.piece.windows, reinterpret_cast<const Update*>(device + layout.updates),
                    slot.results.as<float>(), 0, 0};
  std::memcpy(host, &chunk, sizeof chunk);
  if (work.fill_updates) {
    work.fill_updates(first, count, reinterpret_cast<Update*>(host + layout.updates));
  }
  Window* windows = reinterpret_cast<Window*>(host + layout.windows);
  size_t at = layout.pixels;
  for (int64_t i = 0; i < count * plan.mbs; i++) {
    const int32_t* wanted = window_of(plan, first * plan.mbs + i);
    const SliceFile::Slice& slice = slices.file().slices()[static_cast<size_t>(wanted[0])];
    const uint16_t* low = slices.resident(wanted[0], SliceFile::low);
    if (low) {
      const int64_t begin = wanted[1] * slice.columns + wanted[2];
      windows[i] = {low + begin, slices.resident(wanted[0], SliceFile::high) + begin,
                    static_cast<int32_t>(slice.columns), slice.is_signed};
    } else {
      const uint16_t* low_sent = stream_window(slices, wanted, SliceFile::low, plan.shape, device, host, at);
      const uint16_t* high_sent = stream_window(slices, wanted, SliceFile::high, plan.shape, device, host, at);
      windows[i] = {low_sent, high_sent, plan.shape.columns, slice.is_signed};
    }
  }
  filled_bytes_ = layout.end;
  return count;
}

int64_t Feed::device_bytes() const {
  size_t bytes = 0;
  for (const Slot& slot : slots_) {
    bytes += slot.sent.bytes() + slot.results.bytes();
  }
  return static_cast<int64_t>(bytes);
}

}  // namespace ldct::cuda
