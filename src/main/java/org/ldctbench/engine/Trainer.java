package org.ldctbench.engine;

/** One CNN-10 with its optimiser state. Images are float32, normalised, {@code [n][rows][cols]}. */
public interface Trainer extends AutoCloseable {
  /**
   * Length of the parameter vector: layers.0.weight [64,1,9,9], layers.0.bias [64], layers.2.weight
   * [32,64,3,3], layers.2.bias [32], layers.4.weight [1,32,5,5], layers.4.bias [1].
   */
  int PARAMETER_COUNT = 24513;

  float[] parameters();

  void setParameters(float[] parameters);

  State state();

  /** With the parameters set as well, training continues bit for bit. */
  void setState(State state);

  /** Trains every minibatch of the plan; the mean squared error of each before its update. */
  float[] train(Dataset dataset, PatchPlan plan);

  Validation evaluate(Dataset dataset, PatchPlan plan, Engine.Clip clip);

  /** Forward and backward without an update. */
  Gradients gradients(float[] input, float[] target, int n, int rows, int columns);

  /** One step on a minibatch given as images; its loss before the update. */
  float step(float[] input, float[] target, int n, int rows, int columns);

  float[] predict(float[] input, int n, int rows, int columns);

  /** What the calls so far have taken. */
  Memory memory();

  @Override
  void close();

  /**
   * Bytes that a trainer holds.
   *
   * @param model parameters, optimiser state, weights in the kernels' layouts, gradients and their
   *     sums
   * @param activations activations, their gradients and scratch
   */
  record Memory(long model, long activations) {
    public long bytes() {
      return model + activations;
    }
  }

  /**
   * Optimiser state.
   *
   * @param moments {@code [2][PARAMETER_COUNT]}: Adam m and v, SGD momentum buffer, RMSprop square
   *     average
   */
  record State(float[] moments, long steps) {}

  /** Result of {@link #gradients}. */
  record Gradients(float[] output, float loss, float[] gradients) {}
}
