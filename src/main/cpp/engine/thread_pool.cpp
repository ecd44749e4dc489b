#include "engine/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <chrono>

#include "engine/denormals.h"

namespace ldct {
namespace {

// Much longer than a sleep and a wake-up, which take up to 100 microseconds where the machine is a virtual one. With shorter
// spinning, a worker that wakes up late lets the others fall asleep, so that they are late in turn, step after step.
constexpr auto longest_spin = std::chrono::microseconds(300);
constexpr int pauses_a_look = 64;  // at the clock

constexpr int partner_bits = 16;
constexpr int64_t most_partners = (1 << partner_bits) - 1;

template <class Ready>
bool spin_until(const Ready& ready) {
  const auto end = std::chrono::steady_clock::now() + longest_spin;
  do {
    for (int i = 0; i < pauses_a_look; i++) {
      if (ready()) {
        return true;
      }
      __builtin_ia32_pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

ThreadPool::ThreadPool(int workers) : shares_(static_cast<size_t>(workers)) {
  try {
    for (int worker = 1; worker < workers; worker++) {
      threads_.emplace_back([this, worker] { serve(worker); });
    }
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void ThreadPool::run(int64_t items, const Task& task) {
  if (items <= 0) {
    return;
  }
  std::lock_guard<std::mutex> turn(callers_);
  task_ = &task;
  const int64_t partners = std::min({items, static_cast<int64_t>(workers()), most_partners});
  for (int64_t i = 0; i < partners; i++) {
    shares_[static_cast<size_t>(i)].next = items * i / partners;
    shares_[static_cast<size_t>(i)].end = items * (i + 1) / partners;
  }
  failure_ = nullptr;
  const bool helped = partners > 1;
  if (helped) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      busy_ = static_cast<int>(partners - 1);
      round_ = ((round_ >> partner_bits) + 1) << partner_bits | static_cast<uint64_t>(partners);
    }
    wake_.notify_all();
  }
  work(0, partners);
  if (helped && !spin_until([this] { return busy_ == 0; })) {
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }
  if (failure_) {
    std::rethrow_exception(failure_);
  }
}

void ThreadPool::serve(int worker) {
  uint64_t seen = 0;
  for (;;) {
    if (!spin_until([&] { return round_ != seen || stopping_; })) {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [&] { return round_ != seen || stopping_; });
    }
    if (stopping_) {
      return;
    }
    seen = round_;
    const int64_t partners = static_cast<int64_t>(seen & most_partners);
    if (worker >= partners) {
      continue;
    }
    work(worker, partners);
    if (--busy_ == 0) {
      std::lock_guard<std::mutex> lock(mutex_);
      done_.notify_one();
    }
  }
}

void ThreadPool::work(int worker, int64_t partners) {
  const FlushDenormals flush;
  const size_t count = static_cast<size_t>(partners);
  for (size_t i = 0; i < count; i++) {
    Share& share = shares_[(static_cast<size_t>(worker) + i) % count];
    if (share.next >= share.end) {
      continue;  // without writing to a line that all others read
    }
    for (int64_t item = share.next++; item < share.end; item = share.next++) {
      try {
        (*task_)(item, worker);
      } catch (...) {
        std::lock_guard<std::mutex> lock(mutex_);
        if (!failure_) {
          failure_ = std::current_exception();
        }
        for (size_t rest = 0; rest < count; rest++) {
          shares_[rest].next = shares_[rest].end;
        }
      }
    }
  }
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    return std::max(1, CPU_COUNT(&set));
  }
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace ldct
