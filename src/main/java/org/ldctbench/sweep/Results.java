package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.ldctbench.sweep.gp.OutputScale;

/**
 * What the runs of a history count as.
 *
 * @param ended runs that the model learns from
 * @param costs of each, smaller is better, imputed where there is no result
 * @param succeeded whether the cost is a result
 * @param pending runs without a result yet
 */
record Results(
    List<Observation> ended, double[] costs, boolean[] succeeded, List<Observation> pending) {

  static Results of(List<Observation> runs, Metric metric) {
    List<Observation> ended = new ArrayList<>();
    List<Observation> pending = new ArrayList<>();
    List<OptionalDouble> costs = new ArrayList<>();
    double worst = Double.NEGATIVE_INFINITY;
    for (Observation run : runs) {
      boolean sampled =
          run.state().ended()
              || (metric.imputeWhileRunning() != Metric.Impute.NONE && run.history().length > 0);
      if (!sampled) {
        pending.add(run);
        continue;
      }
      ended.add(run);
      costs.add(cost(run, metric));
      OptionalDouble own = metric.worst(run.history());
      if (own.isPresent()) {
        worst = Math.max(worst, metric.cost(own.getAsDouble()));
      }
    }
    double fallback = Double.isFinite(worst) ? worst : 0;
    boolean[] succeeded = new boolean[ended.size()];
    for (int i = 0; i < succeeded.length; i++) {
      succeeded[i] = ended.get(i).state().succeeded() && costs.get(i).isPresent();
    }
    double[] imputed = costs.stream().mapToDouble(cost -> cost.orElse(fallback)).toArray();
    return new Results(ended, imputed, succeeded, pending);
  }

  /** Empty where the worst result of all must stand in. */
  private static OptionalDouble cost(Observation run, Metric metric) {
    double[] finite = Arrays.stream(run.history()).filter(Double::isFinite).toArray();
    if (finite.length == 0) {
      return OptionalDouble.empty();
    }
    return switch (rule(run.state(), metric)) {
      case BEST -> OptionalDouble.of(metric.cost(metric.best(finite).getAsDouble()));
      case LATEST -> OptionalDouble.of(metric.cost(finite[finite.length - 1]));
      case WORST, NONE -> OptionalDouble.empty();
    };
  }

  private static Metric.Impute rule(RunState state, Metric metric) {
    if (state.succeeded()) {
      return Metric.Impute.BEST;
    }
    return state.ended() ? metric.impute() : metric.imputeWhileRunning();
  }

  int successes() {
    return (int) IntStream.range(0, succeeded.length).filter(i -> succeeded[i]).count();
  }

  OutputScale scale() {
    return OutputScale.of(costs, succeeded);
  }

  /**
   * At most {@code most} runs: the best half by cost, which the next suggestion is about, and the
   * rest evenly over the others in the order of their start, which keeps the broad shape.
   */
  Results mostInformative(int most) {
    int n = costs.length;
    if (n <= most) {
      return this;
    }
    List<Integer> byCost =
        IntStream.range(0, n).boxed().sorted(Comparator.comparingDouble(i -> costs[i])).toList();
    List<Integer> chosen = new ArrayList<>(byCost.subList(0, most / 2));
    List<Integer> others = byCost.subList(most / 2, n).stream().sorted().toList();
    int wanted = most - chosen.size();
    for (int k = 0; k < wanted; k++) {
      chosen.add(others.get((int) ((long) k * others.size() / wanted)));
    }
    chosen.sort(Comparator.naturalOrder());
    double[] fewerCosts = chosen.stream().mapToDouble(i -> costs[i]).toArray();
    boolean[] fewerSucceeded = new boolean[fewerCosts.length];
    for (int k = 0; k < fewerSucceeded.length; k++) {
      fewerSucceeded[k] = succeeded[chosen.get(k)];
    }
    return new Results(
        chosen.stream().map(ended::get).toList(), fewerCosts, fewerSucceeded, pending);
  }
}
