package org.ldctbench.common;

/**
 * The generator MT19937 of Matsumoto and Nishimura (1998), with both of its published seedings: the
 * same numbers as PyTorch's CPU generator, NumPy's legacy generator and Python's {@code random}.
 */
public final class MersenneTwister {
  private static final int N = 624;
  private static final int M = 397;
  private static final int MATRIX = 0x9908b0df;
  private static final int UPPER_BIT = 0x80000000;
  private static final int LOWER_BITS = 0x7fffffff;

  private final int[] state = new int[N];
  private int next = N;

  public MersenneTwister(long seed) {
    seed(seed);
  }

  /** Seeds from the low 32 bits of a number ({@code init_genrand}; PyTorch and NumPy). */
  public void seed(long seed) {
    state[0] = (int) seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    next = N;
  }

  /**
   * Seeds from 32-bit words, least significant first ({@code init_by_array}; Python's {@code
   * random.seed(int)}, where a small seed is one word).
   *
   * @param key at least one word
   */
  public void seedByArray(int[] key) {
    if (key.length == 0) {
      throw new IllegalArgumentException("the key needs at least one word");
    }
    seed(19650218);
    int i = 1;
    int j = 0;
    for (int k = Math.max(N, key.length); k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
      i = advance(i);
      j = (j + 1) % key.length;
    }
    for (int k = N - 1; k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
      i = advance(i);
    }
    state[0] = UPPER_BIT;
    next = N;
  }

  /** The next number, uniform in [0, 2^32). */
  public long nextInt32() {
    if (next == N) {
      refill();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return Integer.toUnsignedLong(y);
  }

  /** The index after {@code i} in 1..N-1, carrying the last word over to the first. */
  private int advance(int i) {
    if (i + 1 < N) {
      return i + 1;
    }
    state[0] = state[N - 1];
    return 1;
  }

  private void refill() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & UPPER_BIT) | (state[(i + 1) % N] & LOWER_BITS);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) * MATRIX);
    }
    next = 0;
  }
}
