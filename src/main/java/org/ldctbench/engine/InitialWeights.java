package org.ldctbench.engine;

import org.ldctbench.common.MersenneTwister;

/**
 * CNN-10's parameters before the first step, bit for bit those that PyTorch draws on the CPU for
 * the same seed: weights and biases of a layer uniform in (-b, b), b = 1/sqrt(inputs of a neuron).
 */
public final class InitialWeights {
  private static final int[] FAN_IN = {81, 576, 800};
  private static final int[] WEIGHTS = {64 * 81, 32 * 576, 800};
  private static final int[] BIASES = {64, 32, 1};

  private InitialWeights() {}

  /**
   * @param seed of the run; its low 32 bits count
   * @return {@code [Trainer.PARAMETER_COUNT]}
   */
  public static float[] draw(long seed) {
    MersenneTwister generator = new MersenneTwister(seed);
    float[] parameters = new float[Trainer.PARAMETER_COUNT];
    int next = 0;
    for (int layer = 0; layer < FAN_IN.length; layer++) {
      float bound = (float) (1 / Math.sqrt(FAN_IN[layer]));
      int end = next + WEIGHTS[layer] + BIASES[layer];
      while (next < end) {
        float unit = (generator.nextInt32() & 0xFFFFFF) * 0x1p-24f;
        parameters[next++] = Math.fma(unit, 2 * bound, -bound);
      }
    }
    return parameters;
  }
}
