package org.ldctbench.selftest;

import java.util.List;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;

/** One way in which an engine computes. */
record Variant(Kernels kernels, Precision precision) {
  /** Rounding turns the sign of some ReLU inputs; fewer pixels than this do not average it out. */
  private static final int MANY_PIXELS = 2500;

  static List<Variant> of(String engine) {
    if (engine.equals("cpu")) {
      return List.of(
          new Variant(Kernels.TUNED, Precision.FP32),
          new Variant(Kernels.TUNED, Precision.BF16X3),
          new Variant(Kernels.TUNED, Precision.BF16));
    }
    return List.of(
        new Variant(Kernels.TUNED, Precision.FP32),
        new Variant(Kernels.TUNED, Precision.TF32),
        new Variant(Kernels.TUNED, Precision.BF16),
        new Variant(Kernels.CUDNN, Precision.FP32),
        new Variant(Kernels.CUDNN, Precision.TF32),
        new Variant(Kernels.CUDNN, Precision.BF16));
  }

  /** Whether every machine with the engine must offer it; others may lack the hardware or cuDNN. */
  boolean promised(String engine) {
    return kernels == Kernels.TUNED && (engine.equals("cuda") || precision == Precision.FP32);
  }

  /** How much more than {@link Precision#gradientTolerance} a gradient of few pixels may be off. */
  double allowance(int pixels) {
    return precision == Precision.FP32 || pixels >= MANY_PIXELS ? 1 : 4;
  }

  /** Largest error of the output, of an output of size 1. */
  double outputTolerance() {
    return switch (precision) {
      case FP32 -> 2e-6;
      case BF16X3 -> 1e-4;
      case TF32 -> 2e-3;
      case BF16 -> 2e-2;
    };
  }

  @Override
  public String toString() {
    return precision.label() + (kernels == Kernels.CUDNN ? " cudnn" : "");
  }
}
