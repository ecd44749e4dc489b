// Threads that live as long as the engine. The caller works as well, as worker 0.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ldct {

class ThreadPool {
 public:
  using Task = std::function<void(int64_t item, int worker)>;

  explicit ThreadPool(int workers);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int workers() const { return static_cast<int>(threads_.size()) + 1; }

  // Runs task(0..items-1), each once, in any order and on any worker, and returns when all are done.
  // The first exception of a task is thrown again here. Calls of several threads queue up. A worker
  // begins with its own share of the items, the same in every run, so that it finds in its cache what
  // it left there, and helps the others out when it is done.
  void run(int64_t items, const Task& task);

 private:
  void serve(int worker);
  void work(int worker, int64_t partners);
  void stop();

  std::vector<std::thread> threads_;
  std::mutex callers_;  // one run at a time

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  // A line of the cache each, since others look at them all the time. A round is its number and, in the last 16 bits, how
  // many workers take part, the caller among them: whoever reads one knows the other.
  alignas(64) std::atomic<uint64_t> round_{0};
  alignas(64) std::atomic<int> busy_{0};
  alignas(64) std::atomic<bool> stopping_{false};

  const Task* task_ = nullptr;
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };
  std::vector<Share> shares_;
  std::exception_ptr failure_;
};

// Cores that this process may use.
int usable_cores();

}  // namespace ldct
