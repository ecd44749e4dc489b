package org.ldctbench.sweep;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the model of a sweep has learned; metric values in the metric's own sign and unit.
 *
 * @param parameters varying ones, the most important first
 * @param bestPrediction smallest cost that the model expects among the runs, as a metric value
 * @param bestDeviation standard deviation of that prediction
 * @param bestRun the run it belongs to, counted from 1 in the order of their start
 * @param bestParameters of that run
 * @param expectedImprovement over it at the most promising point
 * @param nextParameters that point
 */
public record Explanation(
    List<Relevance> parameters,
    double bestPrediction,
    double bestDeviation,
    int bestRun,
    Map<String, Object> bestParameters,
    double expectedImprovement,
    Map<String, Object> nextParameters) {

  /**
   * How much one parameter matters.
   *
   * @param importance share, sums to 1
   * @param lengthScale as a part of the parameter's range on its quantile scale
   */
  public record Relevance(String name, double importance, double lengthScale) {}

  /** Empty without method bayes or with fewer than two results. */
  public static Optional<Explanation> of(SweepConfig config, SweepState state) {
    if (config.method() != SweepConfig.Method.BAYES) {
      return Optional.empty();
    }
    return new BayesSearcher(config.space(), config.metric().orElseThrow(), state.seed())
        .explain(state.history(config.metric()));
  }
}
