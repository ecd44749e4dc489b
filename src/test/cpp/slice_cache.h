// A small slice cache in a file, a plan on it, and what comparing trainers needs.
#pragma once

#include <unistd.h>

#include <cstring>
#include <fstream>

#include "fixtures.h"

namespace fixtures {

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

inline std::vector<float> parameters_of(const Trainer& trainer) {
  std::vector<float> p(LDCT_PARAMETER_COUNT);
  ok(ldct_trainer_get_parameters(trainer.get(), p.data()));
  return p;
}

// A data set of 3 slices of 20 x 24, the last one signed.
struct Cache {
  static constexpr int rows = 20, columns = 24, slices = 3;
  std::string path = "/tmp/ldct_test_" + std::to_string(getpid()) + ".bin";
  std::vector<int16_t> pixels;
  std::vector<int64_t> table;

  Cache() {
    std::mt19937 generator(5);
    for (int i = 0; i < 2 * slices * rows * columns; i++) {
      pixels.push_back(static_cast<int16_t>(generator()));
    }
    for (int64_t s = 0; s < slices; s++) {
      const int64_t bytes = rows * columns * 2;
      table.insert(table.end(), {2 * s * bytes, (2 * s + 1) * bytes, rows, columns, s == 2 ? 1 : 0});
    }
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(pixels.data()), static_cast<std::streamsize>(pixels.size() * 2));
  }
  ~Cache() { unlink(path.c_str()); }

  Dataset open(const Engine& engine) const {
    ldct_dataset* opened = nullptr;
    ok(ldct_dataset_open(engine.get(), path.c_str(), table.data(), slices, &opened));
    return Dataset(opened);
  }

  std::vector<float> window(int slice, int high, int row, int column, int h, int w, float offset, float scale) const {
    std::vector<float> out;
    for (int r = row; r < row + h; r++) {
      for (int c = column; c < column + w; c++) {
        const int16_t v = pixels[((2 * slice + high) * rows + r) * columns + c];
        const float stored = slice == 2 ? static_cast<float>(v) : static_cast<float>(static_cast<uint16_t>(v));
        out.push_back((stored - offset) / scale);
      }
    }
    return out;
  }
};

inline ldct_trainer_options scaled() {
  ldct_trainer_options options = adam();
  options.offset = 481.5f;
  options.scale = 30000;
  return options;
}

constexpr int mbs = 3, side = 9, iterations = 6;

inline std::vector<int32_t> plan() {
  std::vector<int32_t> p;
  for (int i = 0; i < iterations * mbs; i++) {
    p.insert(p.end(), {i % 3, i % (Cache::rows - side + 1), (7 * i) % (Cache::columns - side + 1)});
  }
  return p;
}

}  // namespace fixtures
