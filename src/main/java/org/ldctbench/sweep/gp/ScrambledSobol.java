package org.ldctbench.sweep.gp;

import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.SobolSequenceGenerator;

/**
 * Sobol points with Owen's nested uniform scrambling, by hashing (Laine and Karras, "Stratified
 * sampling for stochastic transparency", 2011): points fill the cube evenly whatever their number,
 * and another generator state gives other points.
 */
public final class ScrambledSobol {
  private static final double TWO32 = 4294967296.0;

  private final SobolSequenceGenerator sequence;
  private final int[] seeds;

  public ScrambledSobol(int dimensions, RandomGenerator random) {
    sequence = new SobolSequenceGenerator(dimensions);
    seeds = new int[dimensions];
    for (int j = 0; j < dimensions; j++) {
      seeds[j] = random.nextInt();
    }
  }

  /** The next point, in the open unit cube. */
  public double[] next() {
    double[] point = sequence.nextVector();
    for (int j = 0; j < point.length; j++) {
      int bits = (int) (long) (point[j] * TWO32);
      point[j] = ((scramble(bits, seeds[j]) & 0xffffffffL) + 0.5) / TWO32;
    }
    return point;
  }

  /** Flips each bit depending on all higher ones: multiplications by even numbers in reverse. */
  private static int scramble(int bits, int seed) {
    int v = Integer.reverse(bits);
    v += seed;
    v ^= v * 0x6c50b47c;
    v ^= v * 0xb82f1e52;
    v ^= v * 0xc7afe638;
    v ^= v * 0x8d22f6e6;
    return Integer.reverse(v);
  }
}
