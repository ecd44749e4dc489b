package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.apache.commons.math3.random.RandomGenerator;
import org.ldctbench.sweep.gp.OutputScale;
import org.ldctbench.sweep.gp.ScrambledSobol;
import org.ldctbench.sweep.gp.Surrogate;

/** Bayesian optimisation with a Gaussian process; docs/search.md has the method. */
public final class BayesSearcher implements Searcher {
  private static final int DESIGN_TRIES = 64;

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
      boolean learned = results.succeeded() > 0 && results.costs().length > 1;
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

  private Surrogate fit(Results results, RandomGenerator random) {
    double[][] x =
        results.ended().stream()
            .map(run -> coordinates.point(run.arguments()))
            .toArray(double[][]::new);
    double[] y = OutputScale.of(results.costs()).apply(results.costs());
    return new Surrogate(coordinates.axes(), x, y, random);
  }

  /** The point of an even design at a place in the search. */
  private Optional<double[]> design(long place, Set<String> keys) {
    ScrambledSobol sobol = new ScrambledSobol(space.varying().size(), Seeds.generator(seed, -1));
    double[] u = sobol.next();
    for (long i = 0; i < place; i++) {
      u = sobol.next();
    }
    for (int tries = 0; tries < DESIGN_TRIES; tries++, u = sobol.next()) {
      double[] point = coordinates.fromUniform(u);
      if (!keys.contains(space.key(coordinates.values(point)))) {
        return Optional.of(point);
      }
    }
    return Optional.empty();
  }

  private List<Object> untaken(RandomGenerator random, Set<String> keys) {
    return new RandomSearcher(space, seed).untaken(random, keys);
  }

  /** What the runs of a history count as, smaller is better. */
  private record Results(
      List<Observation> ended, double[] costs, List<Observation> pending, int succeeded) {

    static Results of(List<Observation> runs, Metric metric) {
      List<Observation> ended = new ArrayList<>();
      List<Observation> pending = new ArrayList<>();
      List<OptionalDouble> costs = new ArrayList<>();
      double worst = Double.NEGATIVE_INFINITY;
      int succeeded = 0;
      for (Observation run : runs) {
        boolean sampled =
            run.state().ended()
                || (metric.imputeWhileRunning() != Metric.Impute.NONE && run.history().length > 0);
        if (!sampled) {
          pending.add(run);
          continue;
        }
        OptionalDouble cost = cost(run, metric);
        succeeded += run.state().succeeded() && cost.isPresent() ? 1 : 0;
        ended.add(run);
        costs.add(cost);
        OptionalDouble own = metric.worst(run.history());
        if (own.isPresent()) {
          worst = Math.max(worst, metric.cost(own.getAsDouble()));
        }
      }
      double fallback = Double.isFinite(worst) ? worst : 0;
      return new Results(
          ended,
          costs.stream().mapToDouble(cost -> cost.orElse(fallback)).toArray(),
          pending,
          succeeded);
    }

    /** Empty where the worst result of all must stand in. */
    private static OptionalDouble cost(Observation run, Metric metric) {
      double[] finite = Arrays.stream(run.history()).filter(Double::isFinite).toArray();
      if (finite.length == 0) {
        return OptionalDouble.empty();
      }
      Metric.Impute rule =
          run.state().succeeded()
              ? Metric.Impute.BEST
              : run.state().ended() ? metric.impute() : metric.imputeWhileRunning();
      return switch (rule) {
        case BEST -> OptionalDouble.of(metric.cost(metric.best(finite).getAsDouble()));
        case LATEST -> OptionalDouble.of(metric.cost(finite[finite.length - 1]));
        default -> OptionalDouble.empty();
      };
    }
  }
}
