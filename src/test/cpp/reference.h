// CNN-10 and SSIM in float64, written straight from their definitions and sharing nothing with the
// product. Images and tensors have PyTorch's order [n][channel][row][column].
#pragma once

#include <vector>

namespace reference {

using Values = std::vector<double>;

struct Shape {
  int n, rows, columns;
};

struct Result {
  Values output;
  double loss;
  Values gradients;  // in the order of ldct.h
};

Values forward(const Values& parameters, const Values& input, Shape shape);
Result backward(const Values& parameters, const Values& input, const Values& target, Shape shape);

// Mean SSIM of two images, 7x7 uniform window, sample covariance, border of 3 cropped.
double ssim(const Values& a, const Values& b, int rows, int columns, double data_range);

// Where each tensor begins in a parameter vector, and the end.
constexpr int tensor_begin[] = {0, 5184, 5248, 23680, 23712, 24512, 24513};

}  // namespace reference
