#include "cpu/winograd.h"

namespace ldct {
namespace cpu {
namespace {

constexpr int turned_component[4] = {3, 1, 2, 0};

// y = G x and y = G^T x; x(i) gives and y(i, value) takes an element.
template <class Get, class Put>
inline void transform_kernel(const Get& x, const Put& y) {
  const float outer = x(0) + x(2);
  y(0, x(0));
  y(1, (outer + x(1)) * 0.5f);
  y(2, (outer - x(1)) * 0.5f);
  y(3, x(2));
}

template <class Get, class Put>
inline void transform_kernel_back(const Get& x, const Put& y) {
  const float mean = (x(1) + x(2)) * 0.5f;
  y(0, x(0) + mean);
  y(1, (x(1) - x(2)) * 0.5f);
  y(2, mean + x(3));
}

}  // namespace

void transform_weights(const float* weights2, int64_t piece, WinogradWeights& to) {
  constexpr int inputs = channels1 / winograd_pieces;
  const int64_t first = piece * inputs;
  const float* kernels = weights2 + first * channels2;
  float* forward = to.forward + first * channels2;
  for (int i = 0; i < inputs * channels2; i++) {
    float half[4][kernel2];
    for (int column = 0; column < kernel2; column++) {
      transform_kernel([&](int row) { return kernels[(row * kernel2 + column) * component_weights2 + i]; },
                       [&](int row, float value) { half[row][column] = value; });
    }
    for (int row = 0; row < 4; row++) {
      transform_kernel([&](int column) { return half[row][column]; },
                       [&](int column, float value) { forward[(row * 4 + column) * component_weights2 + i] = value; });
    }
  }
  for (int row = 0; row < 4; row++) {
    for (int column = 0; column < 4; column++) {
      const float* from = forward + (turned_component[row] * 4 + turned_component[column]) * component_weights2;
      float* turned = to.data_gradient + (row * 4 + column) * component_weights2 + first;
      for (int in = 0; in < inputs; in++) {
        for (int out = 0; out < channels2; out++) {
          turned[out * channels1 + in] = from[in * channels2 + out];
        }
      }
    }
  }
}

void add_weight_gradient(const float* sums, float* weights2) {
  for (int i = 0; i < component_weights2; i++) {
    float half[kernel2][4];
    for (int column = 0; column < 4; column++) {
      transform_kernel_back([&](int row) { return sums[(row * 4 + column) * component_weights2 + i]; },
                            [&](int row, float value) { half[row][column] = value; });
    }
    for (int row = 0; row < kernel2; row++) {
      transform_kernel_back(
          [&](int column) { return half[row][column]; },
          [&](int column, float value) { weights2[(row * kernel2 + column) * component_weights2 + i] += value; });
    }
  }
}

}  // namespace cpu
}  // namespace ldct
