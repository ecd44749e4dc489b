package org.ldctbench.selftest;

/**
 * CNN-10 in float64, written from its definition and sharing no code with the engines. Tensors are
 * {@code [n][channel][row][column]}, parameters in the order of the state_dict.
 */
final class Reference {
  private static final Layer[] LAYERS = {
    new Layer(1, 64, 9, 0), new Layer(64, 32, 3, 5248), new Layer(32, 1, 5, 23712)
  };

  /** Where each tensor begins in a parameter vector, and the end. */
  static final int[] TENSORS = {0, 5184, 5248, 23680, 23712, 24512, 24513};

  private final double[] parameters;
  private final Images images;

  private Reference(double[] parameters, Images images) {
    this.parameters = parameters;
    this.images = images;
  }

  /** Output, mean squared error and its gradient with respect to every parameter. */
  record Result(double[] output, double loss, double[] gradients) {}

  static Result gradients(double[] parameters, Images images) {
    return new Reference(parameters, images).run();
  }

  private record Layer(int inputs, int outputs, int kernel, int weights) {
    int bias() {
      return weights + outputs * inputs * kernel * kernel;
    }
  }

  private Result run() {
    double[] input = widen(images.input());
    double[] first = relu(convolve(LAYERS[0], input));
    double[] second = relu(convolve(LAYERS[1], first));
    double[] output = convolve(LAYERS[2], second);
    double loss = 0;
    double[] delta = new double[output.length];
    for (int i = 0; i < output.length; i++) {
      double difference = output[i] - images.target()[i];
      loss += difference * difference / output.length;
      delta[i] = 2 * difference / output.length;
    }
    double[] gradients = new double[parameters.length];
    double[] ofSecond = gate(backward(LAYERS[2], second, delta, gradients), second);
    double[] ofFirst = gate(backward(LAYERS[1], first, ofSecond, gradients), first);
    backward(LAYERS[0], input, ofFirst, gradients);
    return new Result(output, loss, gradients);
  }

  static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  private double[] convolve(Layer layer, double[] in) {
    int pixels = images.rows() * images.columns();
    double[] out = new double[images.n() * layer.outputs * pixels];
    for (int i = 0; i < out.length; i++) {
      out[i] = parameters[layer.bias() + i / pixels % layer.outputs];
    }
    forEachRow(
        layer,
        (weight, from, to, count) -> {
          double w = parameters[weight];
          for (int c = 0; c < count; c++) {
            out[to + c] += w * in[from + c];
          }
        });
    return out;
  }

  /** Adds the layer's gradients to {@code gradients} and returns that of its input. */
  private double[] backward(Layer layer, double[] in, double[] delta, double[] gradients) {
    int pixels = images.rows() * images.columns();
    for (int i = 0; i < delta.length; i++) {
      gradients[layer.bias() + i / pixels % layer.outputs] += delta[i];
    }
    double[] ofInput = new double[in.length];
    forEachRow(
        layer,
        (weight, from, to, count) -> {
          double w = parameters[weight];
          double sum = 0;
          for (int c = 0; c < count; c++) {
            sum += delta[to + c] * in[from + c];
            ofInput[from + c] += w * delta[to + c];
          }
          gradients[weight] += sum;
        });
    return ofInput;
  }

  private interface RowVisitor {
    /** {@code count} neighbours from {@code from} in the input meet those from {@code to}. */
    void row(int weight, int from, int to, int count);
  }

  /** Visits every product of the layer, a row of one image and one weight at a time. */
  private void forEachRow(Layer layer, RowVisitor visitor) {
    int rows = images.rows();
    int columns = images.columns();
    int half = layer.kernel / 2;
    for (int n = 0; n < images.n(); n++) {
      for (int o = 0; o < layer.outputs; o++) {
        int out = (n * layer.outputs + o) * rows * columns;
        for (int w = 0; w < layer.inputs * layer.kernel * layer.kernel; w++) {
          int down = w / layer.kernel % layer.kernel - half;
          int right = w % layer.kernel - half;
          int channel = w / (layer.kernel * layer.kernel);
          int in = (n * layer.inputs + channel) * rows * columns;
          int weight = layer.weights + o * layer.inputs * layer.kernel * layer.kernel + w;
          int begin = Math.max(0, -right);
          int count = Math.min(columns, columns - right) - begin;
          for (int r = Math.max(0, -down); count > 0 && r < Math.min(rows, rows - down); r++) {
            int from = in + (r + down) * columns + begin + right;
            visitor.row(weight, from, out + r * columns + begin, count);
          }
        }
      }
    }
  }

  private static double[] relu(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] > 0 ? values[i] : 0;
    }
    return values;
  }

  private static double[] gate(double[] gradient, double[] activation) {
    for (int i = 0; i < gradient.length; i++) {
      if (activation[i] <= 0) {
        gradient[i] = 0;
      }
    }
    return gradient;
  }
}
