package org.ldctbench.engine;

import java.util.List;

/** Where each tensor of the state_dict lies in a parameter vector of {@link Trainer}. */
public final class ParameterLayout {
  /** All tensors in order; they fill the vector without gaps. */
  public static final List<Tensor> TENSORS =
      List.of(
          new Tensor("layers.0.weight", 0, List.of(64, 1, 9, 9)),
          new Tensor("layers.0.bias", 5184, List.of(64)),
          new Tensor("layers.2.weight", 5248, List.of(32, 64, 3, 3)),
          new Tensor("layers.2.bias", 23680, List.of(32)),
          new Tensor("layers.4.weight", 23712, List.of(1, 32, 5, 5)),
          new Tensor("layers.4.bias", 24512, List.of(1)));

  private ParameterLayout() {}

  /**
   * A tensor of the state_dict.
   *
   * @param offset of its first element in the vector
   */
  public record Tensor(String name, int offset, List<Integer> shape) {
    public int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }
  }
}
