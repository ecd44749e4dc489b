package org.ldctbench.bench;

import java.io.IOException;
import java.nio.file.Path;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.Trainer;

/**
 * Our own engine. Training finds its images in the engine, as in a run: many steps a call, cropping
 * and normalising included. Other images cross into native memory and back in every call.
 */
final class EngineContender implements Contender, AutoCloseable {
  static final String FRAMEWORK = "ldctbench";

  /** Range of the pixels in stored units. */
  static final float STORED_MAX = 2924f;

  private final Engine engine;
  private final BenchCase benchCase;
  private final BenchData data;
  private final Dataset dataset;
  private final Trainer trainer;

  /**
   * @param folder for a file of slices
   */
  EngineContender(Engine engine, BenchCase benchCase, BenchData data, Path folder)
      throws IOException {
    this.engine = engine;
    this.benchCase = benchCase;
    this.data = data;
    dataset = benchCase.kind() == BenchKind.TRAIN_STEP ? engine.open(data.slices(folder)) : null;
    trainer =
        engine.createTrainer(
            Optimizer.adam(1e-4, 0.9, 0.999), benchCase.precision(), BenchData.SCALE);
    trainer.setParameters(data.parameters);
  }

  @Override
  public String framework() {
    return FRAMEWORK;
  }

  @Override
  public String kernel() {
    // SSIM is computed in double whatever the precision of the network.
    return benchCase.kind() == BenchKind.SSIM
        ? engine.name() + ", from Java's memory"
        : engine.kernel(benchCase.precision());
  }

  long memoryBytes() {
    return trainer.memory().bytes();
  }

  /** A step's loss, or the mean output or the SSIM: every contender must come to the same. */
  double once() {
    Shape shape = benchCase.shape();
    int edge = shape.patch();
    return switch (benchCase.kind()) {
      case TRAIN_STEP -> trainer.train(dataset, data.plan(1))[0];
      case PREDICT -> {
        double sum = 0;
        for (float value : trainer.predict(data.input, shape.mbs(), edge, edge)) {
          sum += value;
        }
        yield sum / shape.pixels();
      }
      case SSIM ->
          engine.imageQuality(data.target, data.input, shape.mbs(), edge, edge, null, STORED_MAX)
              .ssim()[0];
    };
  }

  @Override
  public double run(int times) {
    Shape shape = benchCase.shape();
    int edge = shape.patch();
    long start = System.nanoTime();
    switch (benchCase.kind()) {
      case TRAIN_STEP -> trainer.train(dataset, data.plan(times));
      case PREDICT -> {
        for (int i = 0; i < times; i++) {
          trainer.predict(data.input, shape.mbs(), edge, edge);
        }
      }
      case SSIM -> {
        for (int i = 0; i < times; i++) {
          engine.imageQuality(data.target, data.input, shape.mbs(), edge, edge, null, STORED_MAX);
        }
      }
    }
    return (System.nanoTime() - start) * 1e-6 / times;
  }

  @Override
  public void close() {
    trainer.close();
    if (dataset != null) {
      dataset.close();
    }
  }
}
