package org.ldctbench.selftest;

import java.util.Map;
import org.ldctbench.common.Progress;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.train.DataSource;
import org.ldctbench.train.Samples;
import org.ldctbench.train.TrainingData;

/** Short training runs on the simulated data set. */
public final class SimulatedRuns {
  /** Slow enough that rounding errors do not grow into other losses within some hundred steps. */
  static final Optimizer RULE = Optimizer.adam(1e-4, 0.9, 0.999);

  private final DataSource source;
  private final Map<String, String> environment;

  /**
   * @param source of the simulated data set
   * @param environment says where slice caches are kept
   */
  public SimulatedRuns(DataSource source, Map<String, String> environment) {
    this.source = source;
    this.environment = environment;
  }

  /** The losses of a run, and what it trained on. */
  record Run(float[] losses, Images patches) {}

  /**
   * Trains on patches that depend on the numbers alone, not on the engine.
   *
   * @param keep whether to hand back the patches of all iterations, normalised
   */
  Run train(Engine engine, Precision precision, int iterations, int mbs, int patch, boolean keep) {
    TrainArguments arguments =
        TrainArguments.fromOptions(
            Map.of(
                "trainer", "cnn10",
                "optimizer", "adam",
                "lr", "1e-4",
                "mbs", Integer.toString(mbs),
                "patchsize", Integer.toString(patch),
                "num_workers", "0",
                "valsamples", "1",
                "max_iterations", Integer.toString(iterations),
                "iterations_before_val", Integer.toString(iterations)));
    try (TrainingData data = TrainingData.open(source, engine, environment, Progress.SILENT)) {
      Samples samples = data.samples(arguments);
      PatchPlan plan = samples.epoch(0).train();
      try (Trainer trainer = engine.createTrainer(RULE, precision, samples.scale())) {
        trainer.setParameters(InitialWeights.draw(Setup.SEED));
        float[] losses = trainer.train(samples.dataset(), plan);
        return new Run(losses, keep ? patches(samples, plan) : null);
      }
    }
  }

  private static Images patches(Samples samples, PatchPlan plan) {
    float[] low = samples.lowDose(plan);
    float[] high = samples.highDose(plan);
    for (float[] image : new float[][] {low, high}) {
      for (int i = 0; i < image.length; i++) {
        image[i] = (image[i] - samples.scale().offset()) / samples.scale().scale();
      }
    }
    return new Images(low, high, plan.windows().length / 3, plan.rows(), plan.columns());
  }
}
