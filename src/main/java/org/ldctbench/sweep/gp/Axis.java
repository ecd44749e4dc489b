package org.ldctbench.sweep.gp;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.math3.random.RandomGenerator;

/**
 * One coordinate of the model's space.
 *
 * @param kind what the coordinate means
 * @param levels LEVELS: the legal coordinates in [0, 1], ascending; CATEGORY: 0, 1, ...; REAL:
 *     empty
 * @param snap nearest legal coordinate
 */
public record Axis(Kind kind, double[] levels, DoubleUnaryOperator snap) {

  /** Meaning of a coordinate. */
  public enum Kind {
    /** Anywhere in [0, 1], or so many levels that steps between them do not matter. */
    REAL,
    /** Ordered levels in [0, 1]. */
    LEVELS,
    /** Unordered; the coordinate is the index of the category. */
    CATEGORY
  }

  public static Axis real(DoubleUnaryOperator snap) {
    return new Axis(Kind.REAL, new double[0], snap);
  }

  public static Axis levels(double[] ascending) {
    double[] levels = ascending.clone();
    return new Axis(Kind.LEVELS, levels, u -> levels[nearest(levels, u)]);
  }

  public static Axis categories(int count) {
    double[] levels = new double[count];
    Arrays.setAll(levels, i -> i);
    return new Axis(Kind.CATEGORY, levels, u -> Math.max(0, Math.min(count - 1, Math.rint(u))));
  }

  boolean isReal() {
    return kind == Kind.REAL;
  }

  /** A legal coordinate for {@code u} uniform in [0, 1]. */
  public double fromUniform(double u) {
    if (isReal()) {
      return snap.applyAsDouble(u);
    }
    return levels[Math.min(levels.length - 1, (int) (u * levels.length))];
  }

  /** A legal coordinate near {@code u}; categories jump with a chance that shrinks with scale. */
  double perturb(double u, double scale, RandomGenerator random) {
    return switch (kind) {
      case CATEGORY ->
          random.nextDouble() < Math.max(0.1, scale) ? levels[random.nextInt(levels.length)] : u;
      case LEVELS -> {
        int reach = Math.max(1, (int) Math.rint(scale * levels.length));
        int at = nearest(levels, u) + random.nextInt(2 * reach + 1) - reach;
        yield levels[Math.max(0, Math.min(levels.length - 1, at))];
      }
      case REAL -> {
        double moved = u + scale * random.nextGaussian();
        yield snap.applyAsDouble(Math.max(0, Math.min(1, moved)));
      }
    };
  }

  /** Index of the nearest level. */
  public int nearestLevel(double u) {
    return nearest(levels, u);
  }

  private static int nearest(double[] levels, double u) {
    int at = Arrays.binarySearch(levels, u);
    if (at >= 0) {
      return at;
    }
    int above = -at - 1;
    if (above == 0) {
      return 0;
    }
    if (above == levels.length) {
      return levels.length - 1;
    }
    return u - levels[above - 1] <= levels[above] - u ? above - 1 : above;
  }
}
