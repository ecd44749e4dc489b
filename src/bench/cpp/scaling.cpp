// What several threads gain, beside what this machine gives them at all: cppbuild.sh scaling [threads] [MBSxPATCH ...]
//
// In turn: a step on one thread; on several; and one-thread trainers at once that share nothing, with a part of the
// images each. Where the last gains little, the machine slows cores that work at once, whatever they do. Before each
// shape, how long a signal takes to another thread and back: about 100 ns where the cores share a cache, several times
// that where they do not, as when a virtual machine's cores lie on two chiplets.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ldct.h"
#include "support.h"

namespace {

constexpr int samples = 61;
constexpr double sample_ms = 30;

// A trainer on an engine of its own, and its images.
class Training {
 public:
  Training(int threads, int images, int patch) : images_(images), patch_(patch) {
    ldct_engine_options engine_options{LDCT_CPU, 0, threads};
    check(ldct_engine_open(&engine_options, &engine_));
    ldct_trainer_options options{LDCT_FP32, LDCT_ADAM, 1e-4, 0.9, 0.999, 0, 0, 0, 1, LDCT_KERNELS_TUNED};
    check(ldct_trainer_create(engine_, &options, &trainer_));
    check(ldct_trainer_set_parameters(trainer_, random_floats(LDCT_PARAMETER_COUNT, 0.05f).data()));
    input_ = random_floats(static_cast<size_t>(images) * patch * patch, 1);
    target_ = random_floats(input_.size(), 1);
  }
  ~Training() {
    ldct_trainer_close(trainer_);
    ldct_engine_close(engine_);
  }
  Training(const Training&) = delete;

  void run(int steps) {
    float loss;
    for (int i = 0; i < steps; i++) {
      check(ldct_step(trainer_, input_.data(), target_.data(), images_, patch_, patch_, &loss));
    }
  }

 private:
  int images_, patch_;
  ldct_engine* engine_;
  ldct_trainer* trainer_;
  std::vector<float> input_, target_;
};

template <class Body>
double milliseconds(const Body& body) {
  auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(q * (values.size() - 1) + 0.5)];
}

// Median of signals to another thread and back, both waiting awake.
double signal_nanoseconds() {
  constexpr int last = -1;
  constexpr double most_ms = 20;  // many signals, but few where threads share a core
  alignas(128) std::atomic<int> there{0};
  alignas(128) std::atomic<int> back{0};
  std::thread other([&] {
    for (int signal = 0; signal != last; back = signal) {
      while (there == signal) {
      }
      signal = there;
    }
  });
  std::vector<double> times;
  for (double total = 0; total < most_ms; total += times.back()) {
    times.push_back(milliseconds([&] {
      const int signal = ++there;
      while (back != signal) {
      }
    }));
  }
  there = last;
  other.join();
  return 1e6 * quantile(times, 0.5);
}

void print_times(const std::string& name, const std::vector<double>& ms) {
  std::printf("  %-24s %8.3f ms (least %.3f)", name.c_str(), quantile(ms, 0.5), quantile(ms, 0));
}

// Sample by sample.
void print_gain(const std::vector<double>& ms, const std::vector<double>& one) {
  std::vector<double> ratios;
  for (size_t i = 0; i < ms.size(); i++) {
    ratios.push_back(one[i] / ms[i]);
  }
  std::printf(", %.2f times as fast (quartiles %.2f, %.2f)\n", quantile(ratios, 0.5), quantile(ratios, 0.25),
              quantile(ratios, 0.75));
}

void measure(int threads, int images, int patch) {
  Training one(1, images, patch), several(threads, images, patch);
  std::vector<std::unique_ptr<Training>> apart;
  for (int i = 0; i < threads; i++) {
    apart.emplace_back(new Training(1, images * (i + 1) / threads - images * i / threads, patch));
  }
  auto at_once = [&](int steps) {
    std::vector<std::thread> others;
    for (int i = 1; i < threads; i++) {
      others.emplace_back([&apart, i, steps] { apart[i]->run(steps); });
    }
    apart[0]->run(steps);
    for (std::thread& other : others) {
      other.join();
    }
  };
  const double signal = signal_nanoseconds();
  one.run(3);
  several.run(3);
  at_once(3);
  const int steps = std::max(1, static_cast<int>(sample_ms / milliseconds([&] { one.run(1); })));
  std::vector<double> ms[3];
  for (int i = 0; i < samples; i++) {
    ms[0].push_back(milliseconds([&] { one.run(steps); }) / steps);
    ms[1].push_back(milliseconds([&] { several.run(steps); }) / steps);
    // The pool's workers wait awake for a moment and would slow those who come next.
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ms[2].push_back(milliseconds([&] { at_once(steps); }) / steps);
  }
  std::printf("%dx%d (a signal there and back: %.0f ns)\n", images, patch, signal);
  print_times("1 thread", ms[0]);
  std::printf("\n");
  print_times(std::to_string(threads) + " threads", ms[1]);
  print_gain(ms[1], ms[0]);
  print_times(std::to_string(threads) + " trainers at once", ms[2]);
  print_gain(ms[2], ms[0]);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  std::vector<std::string> shapes(argv + std::min(argc, 2), argv + argc);
  if (shapes.empty()) {
    shapes = {"2x32", "16x64"};
  }
  for (const std::string& shape : shapes) {
    int images, patch;
    if (threads < 2 || std::sscanf(shape.c_str(), "%dx%d", &images, &patch) != 2 || patch < 1 || images < threads) {
      std::fprintf(stderr, "scaling: give at least 2 threads and shapes like 16x64 with an image for each\n");
      return 2;
    }
    measure(threads, images, patch);
  }
}
