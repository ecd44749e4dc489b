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
  // The first exception of a task is thrown again here. Calls of several threads queue up.
  void run(int64_t items, const Task& task);

 private:
  void serve(int worker);
  void work(int worker);
  void stop();

  std::vector<std::thread> threads_;
  std::mutex callers_;  // one run at a time

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::atomic<uint64_t> round_{0};
  std::atomic<int> busy_{0};
  std::atomic<bool> stopping_{false};

  const Task* task_ = nullptr;
  int64_t items_ = 0;
  std::atomic<int64_t> next_{0};
  std::exception_ptr failure_;
};

// Cores that this process may use.
int usable_cores();

}  // namespace ldct
