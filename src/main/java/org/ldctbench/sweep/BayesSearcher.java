package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.math3.random.RandomGenerator;
import org.ldctbench.sweep.gp.Axis;
import org.ldctbench.sweep.gp.OutputScale;
import org.ldctbench.sweep.gp.ScrambledSobol;
import org.ldctbench.sweep.gp.Surrogate;

/** Bayesian optimisation with a Gaussian process; docs/search.md has the method. */
public final class BayesSearcher implements Searcher {
  private static final int DESIGN_TRIES = 64;
  private static final int WARM_UP_RUNS = 60;

  /** Exact inference takes too long with more. */
  private static final int MOST_OBSERVATIONS = 200;

  private final ParameterSpace space;
  private final Metric metric;
  private final long seed;
  private final ModelSpace coordinates;

  BayesSearcher(ParameterSpace space, Metric metric, long seed) {
    this.space = space;
    this.metric = metric;
    this.seed = seed;
    this.coordinates = new ModelSpace(space);
  }

  private int designSize() {
    return 3 + space.varying().size() / 3;
  }

  @Override
  public List<Map<String, Object>> suggest(SearchHistory history, int count) {
    Results results = Results.of(history.runs(), metric);
    List<double[]> taken = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    for (Observation run : history.runs()) {
      taken.add(coordinates.point(run.arguments()));
      keys.add(space.key(run.arguments()));
    }
    List<double[]> pending = new ArrayList<>();
    results.pending().forEach(run -> pending.add(coordinates.point(run.arguments())));
    List<Map<String, Object>> next = new ArrayList<>();
    Optional<Surrogate> model = Optional.empty();
    for (int i = 0; i < count; i++) {
      long place = (long) history.runs().size() + i;
      RandomGenerator random = Seeds.generator(seed, place);
      Optional<double[]> point = Optional.empty();
      boolean learned = results.successes() > 0 && results.costs().length > 1;
      if (place < designSize() || !learned) {
        point = design(place, keys);
      } else {
        if (model.isEmpty()) {
          model = Optional.of(fit(results, random));
        }
        point = model.get().next(pending, taken);
      }
      List<Object> values = point.map(coordinates::values).orElse(null);
      if (values == null || keys.contains(space.key(values))) {
        values = untaken(random, keys);
      }
      Map<String, Object> arguments = space.arguments(values);
      keys.add(space.key(values));
      taken.add(coordinates.point(arguments));
      pending.add(coordinates.point(arguments));
      next.add(arguments);
    }
    return next;
  }

  /** Has the virtual machine compile what a suggestion runs. */
  @Override
  public void warmUp() {
    List<Observation> made = new ArrayList<>();
    for (Map<String, Object> arguments :
        new RandomSearcher(space, seed).suggest(new SearchHistory(List.of()), WARM_UP_RUNS)) {
      double cost = Math.sin(made.size());
      made.add(new Observation(arguments, RunState.FINISHED, new double[] {cost}));
    }
    suggest(new SearchHistory(made), 1);
  }

  private Surrogate fit(Results all, RandomGenerator random) {
    Results results = all.mostInformative(MOST_OBSERVATIONS);
    double[][] points =
        results.ended().stream()
            .map(run -> coordinates.point(run.arguments()))
            .toArray(double[][]::new);
    return new Surrogate(
        coordinates.axes(), points, results.scale().apply(results.costs()), random);
  }

  /** What the model has learned; empty with fewer than two results. */
  Optional<Explanation> explain(SearchHistory history) {
    Results results = Results.of(history.runs(), metric).mostInformative(MOST_OBSERVATIONS);
    if (results.successes() < 2) {
      return Optional.empty();
    }
    Surrogate.Insight insight =
        fit(results, Seeds.generator(seed, history.runs().size())).insight();
    OutputScale scale = results.scale();
    List<Explanation.Relevance> relevance = new ArrayList<>();
    for (int j = 0; j < space.varying().size(); j++) {
      relevance.add(
          new Explanation.Relevance(
              space.varying().get(j).name(), insight.importances()[j], insight.lengthScales()[j]));
    }
    relevance.sort(Comparator.comparingDouble(r -> -r.importance()));
    Observation best = results.ended().get(insight.bestRun());
    return Optional.of(
        new Explanation(
            relevance,
            metric.cost(scale.invert(insight.bestMean())),
            insight.bestDeviation() * scale.deviation(),
            history.runs().indexOf(best) + 1,
            space.arguments(coordinates.values(coordinates.point(best.arguments()))),
            insight.expectedImprovement() * scale.deviation(),
            space.arguments(coordinates.values(insight.next()))));
  }

  /** The point of the design at a place in the search: the middle, then Sobol points. */
  private Optional<double[]> design(long place, Set<String> keys) {
    ScrambledSobol sobol = new ScrambledSobol(space.varying().size(), Seeds.generator(seed, -1));
    double[] u = sobol.next();
    for (long i = 1; i < place; i++) {
      u = sobol.next();
    }
    if (place == 0) {
      middle(u);
    }
    for (int tries = 0; tries < DESIGN_TRIES; tries++, u = sobol.next()) {
      double[] point = coordinates.fromUniform(u);
      if (!keys.contains(space.key(coordinates.values(point)))) {
        return Optional.of(point);
      }
    }
    return Optional.empty();
  }

  /** Whoever states a range expects good values inside; categories have no middle. */
  private void middle(double[] u) {
    for (int j = 0; j < u.length; j++) {
      u[j] = coordinates.axes().get(j).kind() == Axis.Kind.CATEGORY ? u[j] : 0.5;
    }
  }

  private List<Object> untaken(RandomGenerator random, Set<String> keys) {
    return new RandomSearcher(space, seed).untaken(random, keys);
  }
}
