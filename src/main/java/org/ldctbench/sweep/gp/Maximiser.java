package org.ldctbench.sweep.gp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.math3.random.RandomGenerator;

/**
 * Finds the legal point with the largest acquisition: an even sample and the neighbourhood of the
 * best points tried, then from the most promising ones gradient ascent along real axes in turn with
 * exhaustive steps along discrete ones, then rounds of shrinking mutation of the winner.
 */
final class Maximiser {
  private static final int SAMPLE = 512;
  private static final int PER_SEED = 48;
  private static final int STARTS = 6;
  private static final int ASCENT_ITERATIONS = 30;
  private static final int ALTERNATIONS = 3;
  private static final int MUTATION_ROUNDS = 12;
  private static final int MUTANTS = 24;

  private final List<Axis> axes;
  private final Acquisition acquisition;
  private final Set<List<Double>> taken = new HashSet<>();
  private final RandomGenerator random;

  Maximiser(List<Axis> axes, Acquisition acquisition, double[][] taken, RandomGenerator random) {
    this.axes = axes;
    this.acquisition = acquisition;
    this.random = random;
    for (double[] point : taken) {
      this.taken.add(boxed(point));
    }
  }

  private record Scored(double[] point, double value) {}

  private static final Comparator<Scored> BEST_FIRST =
      Comparator.comparingDouble((Scored s) -> -s.value());

  /**
   * @param seeds the best points tried; empty only if every legal point seems taken
   */
  Optional<double[]> maximise(List<double[]> seeds) {
    List<Scored> pool = new ArrayList<>();
    ScrambledSobol sobol = new ScrambledSobol(axes.size(), random);
    for (int i = 0; i < SAMPLE; i++) {
      double[] point = sobol.next();
      Arrays.setAll(point, j -> axes.get(j).fromUniform(point[j]));
      add(pool, point);
    }
    for (double[] seed : seeds) {
      for (int i = 0; i < PER_SEED; i++) {
        double scale = 0.3 * Math.pow(0.01, (double) i / PER_SEED);
        add(pool, mutate(seed, scale));
      }
    }
    if (pool.isEmpty()) {
      return Optional.empty();
    }
    pool.sort(BEST_FIRST);
    Scored best = pool.get(0);
    for (Scored start : starts(pool)) {
      Scored end = climb(start);
      best = end.value() > best.value() ? end : best;
    }
    for (int round = 0; round < MUTATION_ROUNDS; round++) {
      double scale = 0.2 * Math.pow(0.5, round);
      Scored parent = best;
      for (int i = 0; i < MUTANTS; i++) {
        Scored child = score(mutate(parent.point(), scale));
        best = child.value() > best.value() ? child : best;
      }
    }
    return Optional.of(best.point());
  }

  private void add(List<Scored> pool, double[] point) {
    Scored scored = score(point);
    if (scored.value() > Double.NEGATIVE_INFINITY) {
      pool.add(scored);
    }
  }

  private Scored score(double[] point) {
    boolean used = taken.contains(boxed(point));
    return new Scored(point, used ? Double.NEGATIVE_INFINITY : acquisition.value(point));
  }

  /** The best few that are not next to each other. */
  private List<Scored> starts(List<Scored> sorted) {
    List<Scored> starts = new ArrayList<>();
    for (Scored candidate : sorted) {
      boolean apart = starts.stream().allMatch(s -> apart(s.point(), candidate.point()));
      if (apart) {
        starts.add(candidate);
      }
      if (starts.size() == STARTS) {
        break;
      }
    }
    return starts;
  }

  private boolean apart(double[] a, double[] b) {
    for (int j = 0; j < a.length; j++) {
      boolean category = axes.get(j).kind() == Axis.Kind.CATEGORY;
      if (category ? a[j] != b[j] : Math.abs(a[j] - b[j]) > 0.05) {
        return true;
      }
    }
    return false;
  }

  private double[] mutate(double[] parent, double scale) {
    double[] child = parent.clone();
    int sure = random.nextInt(child.length);
    double rate = Math.max(0.3, 1.0 / child.length);
    for (int j = 0; j < child.length; j++) {
      if (j == sure || random.nextDouble() < rate) {
        child[j] = axes.get(j).perturb(child[j], scale, random);
      }
    }
    return child;
  }

  private Scored climb(Scored start) {
    Scored best = start;
    for (int k = 0; k < ALTERNATIONS; k++) {
      Scored ascended = ascend(best);
      Scored stepped = step(ascended.value() > best.value() ? ascended : best);
      if (!(stepped.value() > best.value() + 1e-6)) {
        return stepped.value() > best.value() ? stepped : best;
      }
      best = stepped;
    }
    return best;
  }

  /** Along real axes, the others fixed. */
  private Scored ascend(Scored start) {
    int[] real =
        java.util.stream.IntStream.range(0, axes.size())
            .filter(j -> axes.get(j).isReal())
            .toArray();
    if (real.length == 0) {
      return start;
    }
    double[] point = start.point().clone();
    double[] full = new double[point.length];
    Lbfgs.Objective objective =
        (x, gradient) -> {
          for (int i = 0; i < real.length; i++) {
            point[real[i]] = x[i];
          }
          double value = acquisition.value(point, full);
          for (int i = 0; i < real.length; i++) {
            gradient[i] = -full[real[i]];
          }
          return -value;
        };
    double[] x = new double[real.length];
    Arrays.setAll(x, i -> start.point()[real[i]]);
    double[] ones = new double[x.length];
    Arrays.fill(ones, 1);
    Lbfgs.Minimum end =
        Lbfgs.minimise(objective, x, new double[x.length], ones, ASCENT_ITERATIONS, 1e-5);
    double[] result = start.point().clone();
    for (int i = 0; i < real.length; i++) {
      result[real[i]] = axes.get(real[i]).snap().applyAsDouble(end.x()[i]);
    }
    return score(result);
  }

  /** To the best level of each discrete axis in turn. */
  private Scored step(Scored start) {
    Scored best = start;
    for (int j = 0; j < axes.size(); j++) {
      for (double level : axes.get(j).levels()) {
        if (level != best.point()[j]) {
          double[] moved = best.point().clone();
          moved[j] = level;
          Scored scored = score(moved);
          best = scored.value() > best.value() ? scored : best;
        }
      }
    }
    return best;
  }

  private static List<Double> boxed(double[] point) {
    return Arrays.stream(point).boxed().toList();
  }
}
