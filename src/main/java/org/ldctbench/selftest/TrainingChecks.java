package org.ldctbench.selftest;

import java.util.Arrays;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Precision;

/** Whole trainings on simulated data: small errors must not add up to other losses. */
final class TrainingChecks {
  private final Setup setup;
  private final SimulatedRuns runs;
  private final int iterations;
  private double[] referenceLosses;
  private double[] cpuLosses;

  TrainingChecks(Setup setup, SimulatedRuns runs) {
    this.setup = setup;
    this.runs = runs;
    iterations = setup.effort().iterations();
  }

  void run(SelfTest test) {
    for (Variant variant : setup.variants()) {
      boolean promised = variant.promised(setup.name);
      String name = iterations + " iterations against float64, " + variant;
      test.check(name, promised, () -> againstReference(variant));
    }
    for (Variant variant : setup.variants()) {
      boolean promised = variant.promised(setup.name);
      String name = iterations + " iterations against the CPU engine, " + variant;
      if (!setup.name.equals("cpu")) {
        test.check(name, promised, () -> againstCpu(variant));
      }
    }
  }

  private SimulatedRuns.Run train(Variant variant, int mbs, int patch, boolean keep) {
    return runs.train(
        setup.engine(variant.kernels()), variant.precision(), iterations, mbs, patch, keep);
  }

  private Measure againstReference(Variant variant) {
    SimulatedRuns.Run run = train(variant, 2, 24, true);
    if (referenceLosses == null) {
      referenceLosses = referenceLosses(run.patches());
    }
    return compared(variant, run.losses(), referenceLosses);
  }

  private double[] referenceLosses(Images patches) {
    double[] parameters = Reference.widen(InitialWeights.draw(Setup.SEED));
    ReferenceUpdate update = new ReferenceUpdate(SimulatedRuns.RULE);
    double[] losses = new double[iterations];
    int pixels = patches.pixels() / iterations;
    for (int i = 0; i < iterations; i++) {
      Images minibatch =
          new Images(
              Arrays.copyOfRange(patches.input(), i * pixels, (i + 1) * pixels),
              Arrays.copyOfRange(patches.target(), i * pixels, (i + 1) * pixels),
              patches.n() / iterations,
              patches.rows(),
              patches.columns());
      Reference.Result result = Reference.gradients(parameters, minibatch);
      losses[i] = result.loss();
      update.apply(parameters, result.gradients());
    }
    return losses;
  }

  private Measure againstCpu(Variant variant) {
    int mbs = setup.effort().mbs();
    int patch = setup.effort().patch();
    if (cpuLosses == null) {
      cpuLosses =
          Reference.widen(
              runs.train(setup.cpu(), Precision.FP32, iterations, mbs, patch, false).losses());
    }
    return compared(variant, train(variant, mbs, patch, false).losses(), cpuLosses);
  }

  private static Measure compared(Variant variant, float[] actual, double[] expected) {
    double first = expected[0];
    double last = expected[expected.length - 1];
    if (!(last < first)) {
      throw new EngineException(
          EngineException.Cause.INTERNAL, "nothing was learnt: " + first + " became " + last);
    }
    return new Measure(
        Errors.relative(actual, expected, 0, actual.length),
        limit(variant.precision()),
        "error of the curve of losses");
  }

  /** Some ten times what the precisions were seen to give; a wrong gradient shows far above. */
  private static double limit(Precision precision) {
    return switch (precision) {
      case FP32 -> 2e-5;
      case TF32, BF16X3 -> 1e-3;
      case BF16 -> 2e-2;
    };
  }
}
