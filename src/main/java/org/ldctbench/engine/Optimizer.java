package org.ldctbench.engine;

/**
 * Optimiser and its settings, with the definitions and fixed constants of PyTorch: Adam eps 1e-8;
 * SGD without Nesterov, dampening not applied to the first step; RMSprop alpha 0.99, eps 1e-8, not
 * centred. No weight decay anywhere.
 *
 * @param lr learning rate, positive
 * @param beta1 Adam only, in [0, 1)
 * @param beta2 Adam only, in [0, 1)
 * @param momentum SGD only, not negative
 * @param dampening SGD only
 */
public record Optimizer(
    Kind kind, double lr, double beta1, double beta2, double momentum, double dampening) {
  /** Update rule. */
  public enum Kind {
    ADAM,
    SGD,
    RMSPROP
  }

  public static Optimizer adam(double lr, double beta1, double beta2) {
    return new Optimizer(Kind.ADAM, lr, beta1, beta2, 0, 0);
  }

  public static Optimizer sgd(double lr, double momentum, double dampening) {
    return new Optimizer(Kind.SGD, lr, 0, 0, momentum, dampening);
  }

  public static Optimizer rmsprop(double lr) {
    return new Optimizer(Kind.RMSPROP, lr, 0, 0, 0, 0);
  }
}
