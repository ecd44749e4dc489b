#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>

#include "check.h"

std::vector<check::Test>& check::tests() {
  static std::vector<Test> all;
  return all;
}

// Arguments: parts of names; only the tests that have one of them run.
int main(int count, char** parts) {
  int failed = 0, run = 0;
  for (const check::Test& test : check::tests()) {
    const bool wanted = std::any_of(parts + 1, parts + count, [&](const char* part) { return std::strstr(test.name, part); });
    if (count > 1 && !wanted) {
      continue;
    }
    run++;
    auto start = std::chrono::steady_clock::now();
    try {
      test.body();
      double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      std::printf("ok     %-60s %5.1f s\n", test.name, s);
    } catch (const std::exception& e) {
      failed++;
      std::printf("FAILED %s\n       %s\n", test.name, e.what());
    }
    std::fflush(stdout);
  }
  std::printf("%d native tests, %d failed\n", run, failed);
  return failed || run == 0 ? 1 : 0;
}
