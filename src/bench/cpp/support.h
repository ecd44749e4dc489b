// What the programs that measure the native engine have in common.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "ldct.h"

// Ends the program if a call failed.
inline void check(int32_t status) {
  if (status != LDCT_OK) {
    std::fprintf(stderr, "%s\n", ldct_last_error());
    std::exit(1);
  }
}

inline std::vector<float> random_floats(size_t n, float scale) {
  static std::mt19937 generator(1);
  std::uniform_real_distribution<float> uniform(-scale, scale);
  std::vector<float> values(n);
  for (float& value : values) {
    value = uniform(generator);
  }
  return values;
}
