package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Early termination asked from outside, with runs as plain JSON values. */
public record HyperbandQuery(Hyperband hyperband, Metric metric) {
  private record Run(Object id, boolean running, double[] costs) {}

  /**
   * Ids of the running runs to stop, in the order given.
   *
   * @param given runs with id, state (default running) and history: numbers, or objects that may
   *     have the metric
   */
  public List<Object> stopped(List<?> given) {
    List<Run> runs = new ArrayList<>();
    for (Object run : given) {
      runs.add(run(run, runs.size()));
    }
    List<double[]> all = runs.stream().map(Run::costs).toList();
    return runs.stream()
        .filter(run -> run.running() && hyperband.stops(run.costs(), all))
        .map(Run::id)
        .toList();
  }

  private Run run(Object given, int place) {
    if (!(given instanceof Map<?, ?> map) || !(map.get("history") instanceof List<?> history)) {
      throw new UserException(
          ExitCode.CONFIG, "a run needs 'history', an array of values of the metric: " + given);
    }
    Object id = map.get("id") == null ? String.valueOf(place) : map.get("id");
    Object state = map.get("state");
    double[] costs =
        history.stream()
            .map(entry -> entry instanceof Map<?, ?> row ? row.get(metric.name()) : entry)
            .mapToDouble(Values::number)
            .filter(Double::isFinite)
            .map(metric::cost)
            .toArray();
    return new Run(id, state == null || state.equals("running"), costs);
  }
}
