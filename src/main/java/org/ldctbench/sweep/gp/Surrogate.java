package org.ldctbench.sweep.gp;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.random.RandomGenerator;

/** The model of a search: fitted once to the runs that ended, asked for one point after another. */
public final class Surrogate {
  private static final int FANTASY_PAIRS = 4;

  /** Full deviations make batches search worse; docs/search.md. */
  private static final double FANTASY_SPREAD = 0.5;

  private static final int SEEDS = 5;
  private static final int MOST_STARTS = 4;
  private static final int GRID = 20;

  private final List<Axis> axes;
  private final boolean[] category;
  private final double[][] x;
  private final double[] y;
  private final RandomGenerator random;
  private final Hyperparameters hyperparameters;

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
    this.hyperparameters = HyperPosterior.mode(posterior, prior, starts(y.length), random);
  }

  /** Fewer where one costs more and the data say more anyway. */
  private static int starts(int observations) {
    return Math.max(1, Math.min(MOST_STARTS, 160 / observations));
  }

  /**
   * The point to try next.
   *
   * @param pending points under way
   * @param taken points not to propose again, those of x and pending included
   * @return empty if no untaken point was found
   */
  public Optional<double[]> next(List<double[]> pending, List<double[]> taken) {
    GaussianProcess known = new GaussianProcess(category, hyperparameters, x, new double[][] {y});
    double[][] told = Stream.concat(Arrays.stream(x), pending.stream()).toArray(double[][]::new);
    GaussianProcess model = pending.isEmpty() ? known : withFantasies(known, pending, told);
    // A draw in which a pending run does well asks for more than that.
    Acquisition acquisition = new Acquisition(model, told, category.length);
    List<double[]> seeds =
        IntStream.range(0, y.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> y[i]))
            .limit(SEEDS)
            .map(i -> x[i])
            .toList();
    return new Maximiser(axes, acquisition, taken.toArray(double[][]::new), random).maximise(seeds);
  }

  private GaussianProcess withFantasies(
      GaussianProcess known, List<double[]> pending, double[][] told) {
    double[][] outcomes =
        known.fantasies(pending.toArray(double[][]::new), FANTASY_PAIRS, FANTASY_SPREAD, random);
    double[][] targets = new double[outcomes.length][];
    for (int s = 0; s < targets.length; s++) {
      targets[s] = Arrays.copyOf(y, told.length);
      System.arraycopy(outcomes[s], 0, targets[s], y.length, outcomes[s].length);
    }
    return new GaussianProcess(category, known.hyperparameters(), told, targets);
  }

  /** What the model says of the runs and of the next one, in scaled costs. */
  public record Insight(
      double[] lengthScales,
      double[] importances,
      int bestRun,
      double bestMean,
      double bestDeviation,
      double[] next,
      double expectedImprovement) {}

  /** Reads the model without pending runs. */
  public Insight insight() {
    GaussianProcess model = new GaussianProcess(category, hyperparameters, x, new double[][] {y});
    double[] mean = new double[1];
    int best = 0;
    double bestMean = Double.POSITIVE_INFINITY;
    double bestVariance = 0;
    for (int i = 0; i < x.length; i++) {
      double variance = model.predict(x[i], mean);
      if (mean[0] < bestMean) {
        best = i;
        bestMean = mean[0];
        bestVariance = variance;
      }
    }
    Acquisition acquisition = new Acquisition(model, x, category.length);
    double[] next =
        new Maximiser(axes, acquisition, x, random).maximise(List.of(x[best])).orElse(x[best]);
    double[] lengths = Arrays.stream(hyperparameters.logLengths()).map(Math::exp).toArray();
    return new Insight(
        lengths,
        importances(lengths),
        best,
        bestMean,
        Math.sqrt(bestVariance),
        next,
        Math.exp(acquisition.value(next)));
  }

  /** How much correlation is lost on average when one axis alone is drawn anew; sums to 1. */
  private double[] importances(double[] lengths) {
    double[] lost = new double[lengths.length];
    for (int j = 0; j < lost.length; j++) {
      double[] one = {Math.log(lengths[j])};
      Kernel kernel =
          new Kernel(
              new boolean[] {category[j]},
              new Hyperparameters(one, 0, 0, Double.NEGATIVE_INFINITY));
      for (int a = 0; a < GRID; a++) {
        for (int b = 0; b < GRID; b++) {
          double[] from = {axes.get(j).fromUniform((a + 0.5) / GRID)};
          double[] to = {axes.get(j).fromUniform((b + 0.5) / GRID)};
          lost[j] += 1 - kernel.covariance(from, to);
        }
      }
    }
    double sum = Arrays.stream(lost).sum();
    return Arrays.stream(lost).map(l -> sum > 0 ? l / sum : 1.0 / lost.length).toArray();
  }
}
