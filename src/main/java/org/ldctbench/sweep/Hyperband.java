package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Early termination by Hyperband bands (Li et al., JMLR 18, 2018), with W&B's rules: iteration b is
 * the b-th logged value.
 *
 * @param bands iterations at which runs are compared, ascending
 * @param eta only the best 1/eta of the runs pass a band
 * @param strict judge the value at the band, else the best so far
 */
public record Hyperband(List<Long> bands, double eta, boolean strict) {
  private static final int OPEN_ENDED_BANDS = 100;
  private static final Set<String> KEYS =
      Set.of("type", "min_iter", "max_iter", "s", "eta", "strict");

  static Optional<Hyperband> read(Object given, boolean hasMetric, Problems problems) {
    if (given == null) {
      return Optional.empty();
    }
    String key = "early_terminate";
    if (!(given instanceof Map<?, ?> map)) {
      problems.error(key, "'early_terminate' must be a mapping with 'type: hyperband'");
      return Optional.empty();
    }
    problems.warnUnknown(key + ".", map.keySet(), KEYS);
    int before = problems.errors.size();
    if (!"hyperband".equals(map.get("type"))) {
      problems.error(key, "'early_terminate' needs 'type: hyperband'");
    }
    if (!hasMetric) {
      problems.error(key, "'early_terminate' needs 'metric' with a name and a goal");
    }
    Object eta = map.get("eta");
    double factor = eta == null ? 3 : Values.number(eta);
    if (!(factor > 1) || Double.isInfinite(factor)) {
      problems.error(key + ".eta", "'eta' must be a number above 1, not '" + eta + "'");
    }
    Object strict = map.get("strict");
    if (strict != null && !(strict instanceof Boolean)) {
      problems.error(key + ".strict", "'strict' must be true or false, not '" + strict + "'");
    }
    List<Long> bands = problems.errors.size() > before ? List.of() : bands(map, factor, problems);
    return problems.errors.size() > before
        ? Optional.empty()
        : Optional.of(new Hyperband(bands, factor, !Boolean.FALSE.equals(strict)));
  }

  private static List<Long> bands(Map<?, ?> map, double eta, Problems problems) {
    String key = "early_terminate";
    for (String name : List.of("min_iter", "max_iter", "s")) {
      Object value = map.get(name);
      if (value != null && !(Values.isInteger(value) && Values.number(value) >= 1)) {
        problems.error(key + "." + name, "'" + name + "' must be an integer above 0");
        return List.of();
      }
    }
    TreeSet<Long> bands = new TreeSet<>();
    if (map.get("max_iter") instanceof Number most) {
      if (!(map.get("s") instanceof Number rounds)) {
        problems.error(key, "'max_iter' needs 's', the number of bands; or give 'min_iter' alone");
        return List.of();
      }
      double band = most.doubleValue();
      for (long k = 0; k < rounds.longValue(); k++) {
        band /= eta;
        if (band < 1) {
          break;
        }
        bands.add((long) band);
      }
      if (bands.isEmpty()) {
        problems.error(key, "'max_iter' is too small for 'eta': no band is left");
      }
    } else if (map.get("min_iter") instanceof Number least) {
      for (int k = 0; k < OPEN_ENDED_BANDS; k++) {
        bands.add((long) Math.floor(least.doubleValue() * Math.pow(eta, k)));
      }
    } else {
      problems.error(key, "'early_terminate' needs 'min_iter', or 'max_iter' with 's'");
    }
    return new ArrayList<>(bands);
  }

  /**
   * Whether a running run should stop.
   *
   * @param history costs (smaller is better) of the run in logging order, finite ones only
   * @param all the same for all runs of the sweep in any state, this one included
   */
  public boolean stops(double[] history, List<double[]> all) {
    long band = 0;
    for (long candidate : bands) {
      band = candidate <= history.length ? candidate : band;
    }
    if (band == 0) {
      return false;
    }
    int at = (int) band - 1;
    double value = strict ? history[at] : Arrays.stream(history).min().orElseThrow();
    return value > threshold(at, all);
  }

  private double threshold(int at, List<double[]> all) {
    double[] reached =
        all.stream().filter(h -> h.length > at).mapToDouble(h -> h[at]).sorted().toArray();
    return reached.length == 0
        ? Double.POSITIVE_INFINITY
        : reached[(int) (1 / eta * reached.length)];
  }
}
