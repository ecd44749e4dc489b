package org.ldctbench.selftest;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.engine.Validation;

/** Engines and kernels against each other, and image quality against its definition. */
final class AgreementChecks {
  private static final double RANGE = Slices.CLIP.high() - (double) Slices.CLIP.low();

  private final Setup setup;
  private final List<Images> shapes = new ArrayList<>();

  AgreementChecks(Setup setup) {
    this.setup = setup;
    Random random = new Random(11);
    for (int i = 0; i < setup.effort().shapes(); i++) {
      int n = 1 + random.nextInt(6);
      int rows = 20 + random.nextInt(60);
      shapes.add(Images.draw(n, rows, 20 + random.nextInt(60), i));
    }
  }

  void run(SelfTest test) {
    for (Variant variant : setup.variants()) {
      Variant tuned = new Variant(Kernels.TUNED, variant.precision());
      if (variant.kernels() == Kernels.CUDNN && setup.variants().contains(tuned)) {
        test.check("tuned against " + variant, true, () -> tunedAgainstCudnn(tuned, variant));
      }
    }
    test.check("random shapes against the CPU engine", true, this::againstCpu);
    test.check("a whole slice against the CPU engine", true, this::wholeSlice);
    test.check("SSIM and MSE against float64", true, this::quality);
    test.check("SSIM and MSE against the CPU engine", true, this::qualityAgainstCpu);
    test.check("validation against float64", true, this::validation);
  }

  private Measure tunedAgainstCudnn(Variant variant, Variant other) {
    double worst = 0;
    for (Images images : shapes) {
      double[] expected = Reference.widen(gradients(setup.trainer(other), images));
      double error = Errors.worstTensor(gradients(setup.trainer(variant), images), expected);
      worst = Math.max(worst, error / variant.allowance(images.pixels()));
    }
    return new Measure(
        worst,
        2 * variant.precision().gradientTolerance(),
        "worst gradient tensor on " + shapes.size() + " shapes");
  }

  private Measure againstCpu() {
    Variant plain = new Variant(Kernels.TUNED, Precision.FP32);
    double worst = 0;
    for (Images images : shapes) {
      float[] expected = gradients(Setup.trainer(setup.cpu(), Precision.FP32, Setup.ADAM), images);
      worst =
          Math.max(
              worst,
              Errors.worstTensor(
                  gradients(setup.trainer(plain), images), Reference.widen(expected)));
    }
    return new Measure(
        worst,
        2 * Precision.FP32.gradientTolerance(),
        "worst fp32 gradient tensor on " + shapes.size() + " shapes");
  }

  private static float[] gradients(Trainer trainer, Images images) {
    try (trainer) {
      return trainer
          .gradients(images.input(), images.target(), images.n(), images.rows(), images.columns())
          .gradients();
    }
  }

  private Measure wholeSlice() {
    int edge = setup.effort().slice();
    Images slice = Images.draw(1, edge, edge, 21);
    Variant plain = new Variant(Kernels.TUNED, Precision.FP32);
    try (Trainer expected = Setup.trainer(setup.cpu(), Precision.FP32, Setup.ADAM);
        Trainer actual = setup.trainer(plain)) {
      double worst =
          Errors.largest(
              actual.predict(slice.input(), 1, edge, edge),
              Reference.widen(expected.predict(slice.input(), 1, edge, edge)));
      return new Measure(worst, 2 * plain.outputTolerance(), "worst pixel of " + edge + "x" + edge);
    }
  }

  /** Pairs in stored units, some of them outside of the clipping bounds. */
  private Images pairs() {
    Images pairs = Images.draw(4, 61, setup.effort().columns(), 31);
    for (float[] image : List.of(pairs.input(), pairs.target())) {
      for (int i = 0; i < image.length; i++) {
        image[i] = 1400 + 1000 * image[i];
      }
    }
    return pairs;
  }

  private static ImageQuality measure(Engine engine, Images pairs) {
    return engine.imageQuality(
        pairs.target(),
        pairs.input(),
        pairs.n(),
        pairs.rows(),
        pairs.columns(),
        Slices.CLIP,
        RANGE);
  }

  private Measure quality() {
    Images pairs = pairs();
    ImageQuality actual = measure(setup.engine(Kernels.TUNED), pairs);
    return new Measure(
        worst(actual, pairs.target(), pairs.input(), pairs.rows(), pairs.columns()),
        1e-6,
        "worst difference of SSIM, relative of MSE");
  }

  private static double worst(
      ImageQuality actual, float[] target, float[] prediction, int rows, int columns) {
    int pixels = rows * columns;
    double worst = 0;
    for (int i = 0; i < actual.ssim().length; i++) {
      double[] a = ReferenceQuality.clipped(target, i * pixels, pixels, Slices.CLIP);
      double[] b = ReferenceQuality.clipped(prediction, i * pixels, pixels, Slices.CLIP);
      double ssim = ReferenceQuality.ssim(a, b, rows, columns, RANGE);
      worst = Math.max(worst, Math.abs(actual.ssim()[i] - ssim));
      worst =
          Math.max(worst, Math.abs(actual.mse()[i] / ReferenceQuality.meanSquaredError(a, b) - 1));
    }
    return worst;
  }

  private Measure qualityAgainstCpu() {
    Images pairs = pairs();
    ImageQuality expected = measure(setup.cpu(), pairs);
    ImageQuality actual = measure(setup.engine(Kernels.TUNED), pairs);
    double worst = 0;
    for (int i = 0; i < pairs.n(); i++) {
      worst = Math.max(worst, Math.abs(actual.ssim()[i] - expected.ssim()[i]));
      worst = Math.max(worst, Math.abs(actual.mse()[i] / expected.mse()[i] - 1));
    }
    return new Measure(worst, 1e-10, "worst difference of SSIM, relative of MSE");
  }

  /** One call of the engine against predicting, denormalising and comparing one by one. */
  private Measure validation() {
    Variant plain = new Variant(Kernels.TUNED, Precision.FP32);
    PatchPlan plan = Slices.plan(3, 2, 40, 41);
    Images images = setup.slices.cut(plan);
    try (Trainer trainer = setup.trainer(plain);
        Dataset dataset = setup.dataset(plain)) {
      Validation actual = trainer.evaluate(dataset, plan, Slices.CLIP);
      float[] predicted =
          trainer.predict(images.input(), images.n(), images.rows(), images.columns());
      float[] target = images.target().clone();
      double squares = 0;
      for (int i = 0; i < predicted.length; i++) {
        squares += Math.pow((double) predicted[i] - target[i], 2);
        predicted[i] = predicted[i] * Slices.SCALE.scale() + Slices.SCALE.offset();
        target[i] = target[i] * Slices.SCALE.scale() + Slices.SCALE.offset();
      }
      double loss = 0;
      for (float one : actual.losses()) {
        loss += one / (double) actual.losses().length;
      }
      double worst = Math.abs(loss / (squares / predicted.length) - 1);
      worst =
          Math.max(
              worst, worst(actual.quality(), target, predicted, images.rows(), images.columns()));
      return new Measure(worst, 1e-5, "worst difference of SSIM, relative of MSE and loss");
    }
  }
}
