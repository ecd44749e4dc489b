package org.ldctbench.checkpoint;

import java.util.ArrayList;
import java.util.List;

/** Names, shapes and order of CNN-10's six tensors. */
final class Cnn10Layout {
  /** A named array in row-major order. */
  record Tensor(String name, List<Integer> shape) {
    int count() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** Elements from one index to the next, per dimension. */
    List<Integer> strides() {
      List<Integer> strides = new ArrayList<>();
      int stride = 1;
      for (int i = shape.size() - 1; i >= 0; i--) {
        strides.add(0, stride);
        stride *= shape.get(i);
      }
      return strides;
    }
  }

  static final List<Tensor> TENSORS =
      List.of(
          new Tensor("layers.0.weight", List.of(64, 1, 9, 9)),
          new Tensor("layers.0.bias", List.of(64)),
          new Tensor("layers.2.weight", List.of(32, 64, 3, 3)),
          new Tensor("layers.2.bias", List.of(32)),
          new Tensor("layers.4.weight", List.of(1, 32, 5, 5)),
          new Tensor("layers.4.bias", List.of(1)));

  static final int COUNT = TENSORS.stream().mapToInt(Tensor::count).sum();

  private Cnn10Layout() {}
}
