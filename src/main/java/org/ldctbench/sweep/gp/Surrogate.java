package org.ldctbench.sweep.gp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.RandomGenerator;

/** The model of a search: fitted once to the runs that ended, asked for one point after another. */
public final class Surrogate {
  private static final int FANTASIES = 8;
  private static final int SEEDS = 5;
  private static final int STARTS = 4;

  private final List<Axis> axes;
  private final boolean[] category;
  private final double[][] x;
  private final double[] y;
  private final RandomGenerator random;
  private final List<Hyperparameters> hyperparameters;

  /**
   * @param x legal points tried, [n][axis]
   * @param y scaled costs [n]
   */
  public Surrogate(List<Axis> axes, double[][] x, double[] y, RandomGenerator random) {
    this.axes = axes;
    this.x = x;
    this.y = y;
    this.random = random;
    this.category = new boolean[axes.size()];
    for (int j = 0; j < category.length; j++) {
      category[j] = axes.get(j).kind() == Axis.Kind.CATEGORY;
    }
    HyperPrior prior = new HyperPrior(category.length);
    NegativeLogPosterior posterior = new NegativeLogPosterior(category, x, y, prior);
    this.hyperparameters = HyperPosterior.sample(posterior, prior, STARTS, random);
  }

  /**
   * The point to try next.
   *
   * @param pending points under way
   * @param taken points not to propose again, those of x and pending included
   * @return empty if no untaken point was found
   */
  public Optional<double[]> next(List<double[]> pending, List<double[]> taken) {
    List<GaussianProcess> models = new ArrayList<>();
    for (Hyperparameters hyper : hyperparameters) {
      GaussianProcess known = new GaussianProcess(category, hyper, x, new double[][] {y});
      models.add(pending.isEmpty() ? known : withFantasies(known, pending));
    }
    double[][] tried = taken.toArray(double[][]::new);
    Acquisition acquisition = new Acquisition(models, x);
    List<double[]> seeds =
        IntStream.range(0, y.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> y[i]))
            .limit(SEEDS)
            .map(i -> x[i])
            .toList();
    return new Maximiser(axes, acquisition, tried, random).maximise(seeds);
  }

  private GaussianProcess withFantasies(GaussianProcess known, List<double[]> pending) {
    double[][] points = pending.toArray(double[][]::new);
    double[][] outcomes = known.sample(points, FANTASIES, random);
    double[][] all = Arrays.copyOf(x, x.length + points.length);
    System.arraycopy(points, 0, all, x.length, points.length);
    double[][] targets = new double[FANTASIES][];
    for (int s = 0; s < FANTASIES; s++) {
      targets[s] = Arrays.copyOf(y, all.length);
      System.arraycopy(outcomes[s], 0, targets[s], y.length, points.length);
    }
    return new GaussianProcess(category, known.hyperparameters(), all, targets);
  }
}
