package org.ldctbench.evaluate;

import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.train.TrainedRun;

/** The best network of a run. */
public final class TrainedDenoiser implements Denoiser, AutoCloseable {
  private final String name;
  private final Trainer trainer;

  /** Loads a run's network into an engine. */
  public TrainedDenoiser(Engine engine, Precision precision, PixelScale scale, TrainedRun run) {
    name = run.folder().path().getFileName().toString();
    // The optimiser is never used; an engine has no handle for a network without one.
    trainer = engine.createTrainer(Optimizer.sgd(1, 0, 0), precision, scale);
    trainer.setParameters(run.parameters());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public float[] denoise(float[] normalised, int count, int rows, int columns) {
    return trainer.predict(normalised, count, rows, columns);
  }

  @Override
  public void close() {
    trainer.close();
  }
}
