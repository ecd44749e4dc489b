package org.ldctbench.simulate;

/**
 * A smooth random function of space: random values in (-1, 1) on the integer grid, blended in
 * between. The same seed gives the same function.
 */
record SmoothNoise(long seed) {
  double at(double x, double y, double z) {
    long i = (long) Math.floor(x);
    long j = (long) Math.floor(y);
    long k = (long) Math.floor(z);
    double u = ease(x - i);
    double v = ease(y - j);
    double w = ease(z - k);
    return mix(
        mix(
            mix(grid(i, j, k), grid(i + 1, j, k), u),
            mix(grid(i, j + 1, k), grid(i + 1, j + 1, k), u),
            v),
        mix(
            mix(grid(i, j, k + 1), grid(i + 1, j, k + 1), u),
            mix(grid(i, j + 1, k + 1), grid(i + 1, j + 1, k + 1), u),
            v),
        w);
  }

  /** Three octaves, each twice as fine and 0.6 times as strong as the one before. */
  double rough(double x, double y, double z) {
    return at(x, y, z)
        + 0.6 * at(2 * x + 17.3, 2 * y + 5.1, 2 * z + 9.7)
        + 0.36 * at(4 * x + 3.9, 4 * y + 31.7, 4 * z + 21.1);
  }

  private double grid(long i, long j, long k) {
    long h = seed + i * 0x9E3779B97F4A7C15L + j * 0xC2B2AE3D27D4EB4FL + k * 0x165667B19E3779F9L;
    h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
    h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
    return ((h ^ (h >>> 31)) >> 11) * 0x1p-52;
  }

  private static double ease(double t) {
    return t * t * (3 - 2 * t);
  }

  private static double mix(double a, double b, double t) {
    return a + (b - a) * t;
  }
}
