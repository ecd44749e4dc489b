#include <chrono>
#include <cstdio>
#include <exception>

#include "check.h"

std::vector<check::Test>& check::tests() {
  static std::vector<Test> all;
  return all;
}

int main() {
  int failed = 0;
  for (const check::Test& test : check::tests()) {
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
  std::printf("%zu native tests, %d failed\n", check::tests().size(), failed);
  return failed ? 1 : 0;
}
