package org.ldctbench.bench;

import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Trainer;

/** Our own engine. Images cross into native memory in every call, as they do for a caller. */
final class EngineContender implements Contender, AutoCloseable {
  private static final float STORED_MAX = 2924f;

  private final Engine engine;
  private final BenchCase benchCase;
  private final BenchData data;
  private final Trainer trainer;

  EngineContender(Engine engine, BenchCase benchCase, BenchData data) {
    this.engine = engine;
    this.benchCase = benchCase;
    this.data = data;
    trainer =
        engine.createTrainer(
            Optimizer.adam(1e-4, 0.9, 0.999), benchCase.precision(), new PixelScale(0f, 1f));
    trainer.setParameters(data.parameters);
  }

  @Override
  public String framework() {
    return "ldctbench";
  }

  @Override
  public String kernel() {
    // SSIM is computed in double whatever the precision of the network.
    return benchCase.kind() == BenchKind.SSIM
        ? engine.name()
        : engine.kernel(benchCase.precision());
  }

  long memoryBytes() {
    return trainer.memoryBytes();
  }

  /** The number that every contender must agree on: first loss, mean output or SSIM. */
  double once() {
    Shape shape = benchCase.shape();
    int edge = shape.patch();
    return switch (benchCase.kind()) {
      case TRAIN_STEP -> trainer.step(data.input, data.target, shape.mbs(), edge, edge);
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
    for (int i = 0; i < times; i++) {
      switch (benchCase.kind()) {
        case TRAIN_STEP -> trainer.step(data.input, data.target, shape.mbs(), edge, edge);
        case PREDICT -> trainer.predict(data.input, shape.mbs(), edge, edge);
        case SSIM ->
            engine.imageQuality(data.target, data.input, shape.mbs(), edge, edge, null, STORED_MAX);
      }
    }
    return (System.nanoTime() - start) * 1e-6 / times;
  }

  @Override
  public void close() {
    trainer.close();
  }
}
