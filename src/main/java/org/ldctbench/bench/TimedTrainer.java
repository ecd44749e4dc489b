package org.ldctbench.bench;

import java.util.function.Supplier;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.Trainer;
import org.ldctbench.engine.Validation;

/** Passes everything on and adds up the time that the engine takes to train and to validate. */
final class TimedTrainer implements Trainer {
  private final Trainer trainer;
  private final TimedEngine.Clock clock;

  TimedTrainer(Trainer trainer, TimedEngine.Clock clock) {
    this.trainer = trainer;
    this.clock = clock;
  }

  @Override
  public float[] train(Dataset dataset, PatchPlan plan) {
    return timed(() -> trainer.train(dataset, plan));
  }

  @Override
  public Validation evaluate(Dataset dataset, PatchPlan plan, Engine.Clip clip) {
    return timed(() -> trainer.evaluate(dataset, plan, clip));
  }

  private <T> T timed(Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    clock.add(System.nanoTime() - start);
    return result;
  }

  @Override
  public float[] parameters() {
    return trainer.parameters();
  }

  @Override
  public void setParameters(float[] parameters) {
    trainer.setParameters(parameters);
  }

  @Override
  public State state() {
    return trainer.state();
  }

  @Override
  public void setState(State state) {
    trainer.setState(state);
  }

  @Override
  public Gradients gradients(float[] input, float[] target, int n, int rows, int columns) {
    return trainer.gradients(input, target, n, rows, columns);
  }

  @Override
  public float step(float[] input, float[] target, int n, int rows, int columns) {
    return trainer.step(input, target, n, rows, columns);
  }

  @Override
  public float[] predict(float[] input, int n, int rows, int columns) {
    return trainer.predict(input, n, rows, columns);
  }

  @Override
  public Memory memory() {
    return trainer.memory();
  }

  @Override
  public void close() {
    trainer.close();
  }
}
