#include "reference.h"

#include <cmath>

namespace reference {
namespace {

struct Layer {
  int inputs, outputs, kernel;
  int weights, bias;  // where they begin in the parameter vector
};

constexpr Layer layers[] = {{1, 64, 9, 0, 5184}, {64, 32, 3, 5248, 23680}, {32, 1, 5, 23712, 24512}};

// visit(index into the output, index into the input, index into the weights) for every product.
template <class Visit>
void for_each_product(const Layer& l, Shape s, const Visit& visit) {
  const int pad = l.kernel / 2;
  for (int n = 0; n < s.n; n++)
    for (int o = 0; o < l.outputs; o++)
      for (int i = 0; i < l.inputs; i++)
        for (int ky = 0; ky < l.kernel; ky++)
          for (int kx = 0; kx < l.kernel; kx++) {
            const int weight = ((o * l.inputs + i) * l.kernel + ky) * l.kernel + kx;
            for (int r = 0; r < s.rows; r++) {
              const int from = r + ky - pad;
              if (from < 0 || from >= s.rows) continue;
              for (int c = 0; c < s.columns; c++) {
                const int column = c + kx - pad;
                if (column < 0 || column >= s.columns) continue;
                visit(((n * l.outputs + o) * s.rows + r) * s.columns + c,
                      ((n * l.inputs + i) * s.rows + from) * s.columns + column, weight);
              }
            }
          }
}

Values convolve(const Layer& l, const Values& parameters, const Values& in, Shape s) {
  const int pixels = s.rows * s.columns;
  Values out(s.n * l.outputs * pixels);
  for (int i = 0; i < static_cast<int>(out.size()); i++) {
    out[i] = parameters[l.bias + i / pixels % l.outputs];
  }
  const double* x = in.data();
  const double* w = parameters.data() + l.weights;
  double* y = out.data();
  for_each_product(l, s, [=](int o, int i, int k) { y[o] += x[i] * w[k]; });
  return out;
}

Values relu(Values v) {
  for (double& x : v) x = x > 0 ? x : 0;
  return v;
}

// Adds the layer's gradients to `gradients` and returns those of its input.
Values convolve_backward(const Layer& l, const Values& parameters, const Values& in, const Values& delta, Shape s,
                         Values& gradients) {
  const int pixels = s.rows * s.columns;
  for (int i = 0; i < static_cast<int>(delta.size()); i++) {
    gradients[l.bias + i / pixels % l.outputs] += delta[i];
  }
  Values of_input(in.size());
  const double* x = in.data();
  const double* w = parameters.data() + l.weights;
  const double* d = delta.data();
  double* dx = of_input.data();
  double* dw = gradients.data() + l.weights;
  for_each_product(l, s, [=](int o, int i, int k) {
    dw[k] += d[o] * x[i];
    dx[i] += d[o] * w[k];
  });
  return of_input;
}

void gate(Values& gradient, const Values& activation) {
  for (size_t i = 0; i < gradient.size(); i++) {
    if (activation[i] <= 0) gradient[i] = 0;
  }
}

}  // namespace

Values forward(const Values& parameters, const Values& input, Shape s) {
  Values a = relu(convolve(layers[0], parameters, input, s));
  Values b = relu(convolve(layers[1], parameters, a, s));
  return convolve(layers[2], parameters, b, s);
}

Result backward(const Values& parameters, const Values& input, const Values& target, Shape s) {
  Values a = relu(convolve(layers[0], parameters, input, s));
  Values b = relu(convolve(layers[1], parameters, a, s));
  Result result{convolve(layers[2], parameters, b, s), 0, Values(parameters.size())};
  const double elements = static_cast<double>(target.size());
  Values delta(target.size());
  for (size_t i = 0; i < target.size(); i++) {
    const double difference = result.output[i] - target[i];
    result.loss += difference * difference / elements;
    delta[i] = 2 * difference / elements;
  }
  Values of_b = convolve_backward(layers[2], parameters, b, delta, s, result.gradients);
  gate(of_b, b);
  Values of_a = convolve_backward(layers[1], parameters, a, of_b, s, result.gradients);
  gate(of_a, a);
  convolve_backward(layers[0], parameters, input, of_a, s, result.gradients);
  return result;
}

double ssim(const Values& a, const Values& b, int rows, int columns, double data_range) {
  const double c1 = std::pow(0.01 * data_range, 2), c2 = std::pow(0.03 * data_range, 2);
  double total = 0;
  int windows = 0;
  for (int r = 0; r + 7 <= rows; r++)
    for (int c = 0; c + 7 <= columns; c++, windows++) {
      double mean_a = 0, mean_b = 0, var_a = 0, var_b = 0, both = 0;
      for (int i = 0; i < 49; i++) {
        const int at = (r + i / 7) * columns + c + i % 7;
        mean_a += a[at] / 49;
        mean_b += b[at] / 49;
      }
      for (int i = 0; i < 49; i++) {
        const int at = (r + i / 7) * columns + c + i % 7;
        var_a += (a[at] - mean_a) * (a[at] - mean_a) / 48;
        var_b += (b[at] - mean_b) * (b[at] - mean_b) / 48;
        both += (a[at] - mean_a) * (b[at] - mean_b) / 48;
      }
      total += (2 * mean_a * mean_b + c1) * (2 * both + c2) /
               ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2));
    }
  return total / windows;
}

}  // namespace reference
