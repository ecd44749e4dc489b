package org.ldctbench.selftest;

import java.util.IdentityHashMap;
import java.util.List;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;

/** Every way to compute against the float64 reference. */
final class ReferenceChecks {
  /** With fewer pixels a rounded operand can turn a whole gradient. */
  private static final int FEWEST_ROUNDED_PIXELS = 250;

  private static final int STEPS = 5;

  private final Setup setup;
  private final List<Images> cases;
  private final IdentityHashMap<Images, Reference.Result> references = new IdentityHashMap<>();

  ReferenceChecks(Setup setup) {
    this.setup = setup;
    cases =
        setup.quick
            ? List.of(Images.draw(2, 1, 7, 1), Images.draw(2, 27, 29, 2))
            : List.of(
                Images.draw(1, 1, 1, 3),
                Images.draw(2, 1, 37, 4),
                Images.draw(3, 9, 11, 5),
                Images.draw(5, 17, 31, 6),
                Images.draw(1, 64, 96, 7),
                Images.draw(1, 3, 293, 8));
  }

  void run(SelfTest test) {
    for (Variant variant : setup.variants()) {
      boolean promised = variant.promised(setup.name);
      test.check("gradients, " + variant, promised, () -> gradients(variant));
      test.check("output and loss, " + variant, promised, () -> outputs(variant));
    }
    List<Optimizer> rules =
        List.of(Setup.ADAM, Optimizer.sgd(1e-2, 0.9, 0.1), Optimizer.rmsprop(1e-3));
    for (Optimizer rule : rules) {
      test.check("updates, " + rule.kind(), true, () -> updates(rule));
    }
  }

  private Measure gradients(Variant variant) {
    double worst = 0;
    for (Images images : cases) {
      if (rounds(variant, images)) {
        continue;
      }
      Reference.Result expected = reference(images);
      float[] actual = compute(variant, images).gradients();
      worst =
          Math.max(
              worst,
              Errors.worstTensor(actual, expected.gradients())
                  / variant.allowance(images.pixels()));
    }
    return new Measure(
        worst, variant.precision().gradientTolerance(), "worst tensor against float64");
  }

  private Measure outputs(Variant variant) {
    double worst = 0;
    for (Images images : cases) {
      if (rounds(variant, images)) {
        continue;
      }
      Reference.Result expected = reference(images);
      Trainer.Gradients actual = compute(variant, images);
      worst = Math.max(worst, Errors.largest(actual.output(), expected.output()));
      worst = Math.max(worst, Math.abs(actual.loss() / expected.loss() - 1));
    }
    return new Measure(worst, variant.outputTolerance(), "worst pixel or loss against float64");
  }

  private static boolean rounds(Variant variant, Images images) {
    return variant.precision() != Precision.FP32 && images.pixels() < FEWEST_ROUNDED_PIXELS;
  }

  private Reference.Result reference(Images images) {
    return references.computeIfAbsent(
        images,
        key -> Reference.gradients(Reference.widen(InitialWeights.draw(Setup.SEED)), images));
  }

  private Trainer.Gradients compute(Variant variant, Images images) {
    try (Trainer trainer = setup.trainer(variant)) {
      return trainer.gradients(
          images.input(), images.target(), images.n(), images.rows(), images.columns());
    }
  }

  /** Parameters after a few steps; the figure is the error of what they changed by. */
  private Measure updates(Optimizer rule) {
    Images images = Images.draw(2, 13, 18, 9);
    float[] start = InitialWeights.draw(Setup.SEED);
    double[] expected = Reference.widen(start);
    ReferenceUpdate update = new ReferenceUpdate(rule);
    for (int i = 0; i < STEPS; i++) {
      update.apply(expected, Reference.gradients(expected, images).gradients());
    }
    float[] change;
    Variant plain = new Variant(Kernels.TUNED, Precision.FP32);
    try (Trainer trainer = Setup.trainer(setup.engine(plain.kernels()), plain.precision(), rule)) {
      for (int i = 0; i < STEPS; i++) {
        float loss =
            trainer.step(
                images.input(), images.target(), images.n(), images.rows(), images.columns());
        if (Float.isNaN(loss)) {
          throw new EngineException(EngineException.Cause.INTERNAL, "the loss is not a number");
        }
      }
      change = trainer.parameters();
    }
    for (int i = 0; i < change.length; i++) {
      change[i] -= start[i];
      expected[i] -= start[i];
    }
    return new Measure(
        Errors.relative(change, expected, 0, change.length),
        2e-3,
        "change of all parameters in " + STEPS + " steps against float64");
  }
}
