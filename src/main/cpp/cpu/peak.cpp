#include "cpu/peak.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <vector>

#include "cpu/dispatch.h"

namespace ldct {
namespace cpu {
namespace {

constexpr double long_enough_seconds = 0.02;
constexpr int repeats = 3;

using Work = int64_t (*)(int64_t rounds);

// Operations a second when every worker does the same at once.
double rate(ThreadPool& pool, Work work, int64_t rounds, double& seconds) {
  std::vector<int64_t> done(static_cast<size_t>(pool.workers()));
  auto start = std::chrono::steady_clock::now();
  pool.run(pool.workers(), [&](int64_t i, int) { done[static_cast<size_t>(i)] = work(rounds); });
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return static_cast<double>(std::accumulate(done.begin(), done.end(), int64_t{0})) / seconds;
}

}  // namespace

double measure_peak(ThreadPool& pool, int precision) {
  const Peak peak = choose(precision).peak;
  int64_t rounds = 1000;
  double seconds = 0, best = 0;
  while (rate(pool, peak.multiply_adds, rounds, seconds), seconds < long_enough_seconds) {
    rounds *= 2;
  }
  for (int i = 0; i < repeats; i++) {
    best = std::max(best, rate(pool, peak.multiply_adds, rounds, seconds));
  }
  return 2e-9 * best / peak.products;
}

}  // namespace cpu
}  // namespace ldct
