package org.ldctbench.engine;

import java.util.Locale;

/**
 * Working precision of activations and products. Accumulation is float32 or better everywhere, and
 * master weights and optimiser state are float32. Each name is a promise: the largest norm-wise
 * relative error of any gradient tensor against a float64 reference.
 */
public enum Precision {
  FP32(5e-6),
  BF16(3e-2),
  BF16X3(2e-3),
  TF32(2e-3);

  private final double gradientTolerance;

  Precision(double gradientTolerance) {
    this.gradientTolerance = gradientTolerance;
  }

  public double gradientTolerance() {
    return gradientTolerance;
  }

  /** The name as written on the command line: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
