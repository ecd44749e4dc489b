package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.RealDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.ldctbench.common.Nearest;

/** Reads parameters: which distribution each has, and whether its keys are right. */
final class DistributionReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9.]+([eE][+-]?[0-9]+)?");
  private static final Set<String> RANGE = Set.of("min", "max");
  private static final List<String> MARKS =
      List.of("value", "values", "probabilities", "min", "max", "parameters", "distribution");
  private static final Set<String> BELL = Set.of("mu", "sigma");
  private static final Set<String> SHAPE = Set.of("a", "b");

  /** Distribution name to required and optional keys. */
  private static final Map<String, Keys> KEYS = keys();

  private record Keys(Set<String> required, Set<String> optional) {}

  private final Problems problems;

  DistributionReader(Problems problems) {
    this.problems = problems;
  }

  private static Map<String, Keys> keys() {
    Map<String, Keys> keys = new LinkedHashMap<>();
    keys.put("constant", new Keys(Set.of("value"), Set.of()));
    keys.put("categorical", new Keys(Set.of("values"), Set.of()));
    keys.put("categorical_w_probabilities", new Keys(Set.of("values", "probabilities"), Set.of()));
    keys.put("nested", new Keys(Set.of("parameters"), Set.of()));
    keys.put("int_uniform", new Keys(RANGE, Set.of()));
    for (String name :
        List.of(
            "uniform",
            "log_uniform",
            "log_uniform_values",
            "inv_log_uniform",
            "inv_log_uniform_values")) {
      keys.put(name, new Keys(RANGE, Set.of()));
    }
    for (String name : List.of("q_uniform", "q_log_uniform", "q_log_uniform_values")) {
      keys.put(name, new Keys(RANGE, Set.of("q")));
    }
    for (String name : List.of("normal", "log_normal")) {
      keys.put(name, new Keys(Set.of(), BELL));
      keys.put("q_" + name, new Keys(Set.of(), Set.of("mu", "sigma", "q")));
    }
    keys.put("beta", new Keys(Set.of(), SHAPE));
    keys.put("q_beta", new Keys(Set.of(), Set.of("a", "b", "q")));
    return keys;
  }

  /** Reads a mapping of names to parameters, nested ones too. */
  void readAll(
      String where, List<String> outer, Map<String, Object> given, List<Parameter> result) {
    given.forEach((name, value) -> readOne(where + name, outer, name, value, result));
  }

  private void readOne(
      String where, List<String> outer, String name, Object given, List<Parameter> result) {
    if (!NAME.matcher(name).matches()) {
      problems.error(where, "'" + name + "' is not a parameter name (letters, digits, _ . -)");
      return;
    }
    if (!(given instanceof Map<?, ?> raw)) {
      problems.error(where, "'" + name + "' must be a mapping; to fix it write {value: ...}");
      return;
    }
    Map<String, Object> map = new LinkedHashMap<>();
    raw.forEach((key, value) -> map.put(String.valueOf(key), value));
    List<String> path = new ArrayList<>(outer);
    path.add(name);
    String kind = kind(where, name, map);
    if (kind == null || !keysFit(where, name, kind, map)) {
      return;
    }
    if (kind.equals("nested")) {
      nested(where, name, path, map.get("parameters"), result);
      return;
    }
    if (kind.endsWith("log_uniform")) {
      problems.warn(
          where,
          "'"
              + name
              + "': bounds of "
              + kind
              + " are exponents of e; "
              + kind
              + "_values takes the bounds themselves");
    }
    int before = problems.errors.size();
    Distribution distribution = distribution(where, name, kind, map);
    if (problems.errors.size() == before) {
      result.add(new Parameter(path, distribution));
    }
  }

  private void nested(
      String where, String name, List<String> path, Object inner, List<Parameter> result) {
    if (!(inner instanceof Map<?, ?> map) || map.isEmpty()) {
      problems.error(where, "'" + name + "': 'parameters' must be a mapping with an entry");
      return;
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    map.forEach((key, value) -> parameters.put(String.valueOf(key), value));
    readAll(where + ".parameters.", path, parameters, result);
  }

  private String kind(String where, String name, Map<String, Object> map) {
    Object given = map.get("distribution");
    if (given != null) {
      String kind = String.valueOf(given);
      if (!KEYS.containsKey(kind)) {
        problems.error(
            where,
            "'"
                + name
                + "': unknown distribution '"
                + kind
                + "'"
                + Nearest.hint(kind, KEYS.keySet()));
        return null;
      }
      return kind;
    }
    if (map.containsKey("value")) {
      return "constant";
    }
    if (map.containsKey("values")) {
      return map.containsKey("probabilities") ? "categorical_w_probabilities" : "categorical";
    }
    if (map.containsKey("parameters")) {
      return "nested";
    }
    if (map.containsKey("min") && map.containsKey("max")) {
      boolean lower = Values.isInteger(map.get("min"));
      boolean upper = Values.isInteger(map.get("max"));
      if (lower != upper) {
        problems.warn(
            where,
            "'"
                + name
                + "': one bound is an integer and one is not; taken as uniform (name the"
                + " distribution to silence this)");
      }
      return lower && upper ? "int_uniform" : "uniform";
    }
    problems.error(where, "'" + name + "' has no distribution; " + wanted(map));
    return null;
  }

  /** What a parameter without a distribution was perhaps meant to be. */
  private static String wanted(Map<String, Object> map) {
    for (String key : map.keySet()) {
      if (!MARKS.contains(key)) {
        Optional<String> near = Nearest.of(key, MARKS);
        if (near.isPresent()) {
          return "instead of '" + key + "' did you mean '" + near.get() + "'?";
        }
      }
    }
    if (map.containsKey("min") || map.containsKey("max")) {
      return "it needs both 'min' and 'max'";
    }
    return "give value, values, min and max, or parameters";
  }

  private boolean keysFit(String where, String name, String kind, Map<String, Object> map) {
    Keys keys = KEYS.get(kind);
    Set<String> allowed = new HashSet<>(keys.required());
    allowed.addAll(keys.optional());
    allowed.add("distribution");
    boolean fit = true;
    for (String key : map.keySet()) {
      if (!allowed.contains(key)) {
        String remedy =
            switch (key) {
              case "q" -> "; name a q_ distribution";
              case "probabilities" -> "; name it categorical_w_probabilities";
              default -> Nearest.hint(key, allowed);
            };
        problems.error(where, "'" + name + "': " + kind + " takes no '" + key + "'" + remedy);
        fit = false;
      }
    }
    for (String key : keys.required()) {
      if (!map.containsKey(key)) {
        problems.error(where, "'" + name + "': " + kind + " needs '" + key + "'");
        fit = false;
      }
    }
    return fit;
  }

  private Distribution distribution(
      String where, String name, String kind, Map<String, Object> map) {
    Numbers numbers = new Numbers(where, name, kind, map);
    return switch (kind) {
      case "constant" -> new Constant(map.get("value"));
      case "categorical", "categorical_w_probabilities" -> categorical(where, name, map);
      case "int_uniform" -> numbers.integers();
      default -> {
        Number q = kind.startsWith("q_") ? numbers.step() : 1.0;
        Continuous base = continuous(kind, numbers);
        yield kind.startsWith("q_") ? new Quantised(kind, base, q) : base;
      }
    };
  }

  private static Continuous continuous(String kind, Numbers numbers) {
    String shape = kind.startsWith("q_") ? kind.substring(2) : kind;
    return switch (shape) {
      case "normal", "log_normal" -> {
        NormalDistribution bell =
            new NormalDistribution(null, numbers.get("mu", 0), numbers.positive("sigma"), 1e-15);
        boolean log = shape.equals("log_normal");
        yield new Continuous(
            kind, bell, log, log ? 0 : Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
      }
      case "beta" ->
          new Continuous(
              kind,
              new BetaDistribution(null, numbers.positive("a"), numbers.positive("b"), 1e-15),
              false,
              0,
              1);
      default -> {
        double[] range = numbers.range(shape.endsWith("_values"));
        boolean log = shape.contains("log");
        double low = shape.endsWith("_values") ? Math.log(range[0]) : range[0];
        double high = shape.endsWith("_values") ? Math.log(range[1]) : range[1];
        if (shape.equals("inv_log_uniform")) {
          double swap = low;
          low = -high;
          high = -swap;
        }
        RealDistribution flat = new UniformRealDistribution(null, low, high);
        boolean asGiven = !log || shape.endsWith("_values");
        yield new Continuous(
            kind,
            flat,
            log,
            asGiven ? range[0] : Math.exp(low),
            asGiven ? range[1] : Math.exp(high));
      }
    };
  }

  private Distribution categorical(String where, String name, Map<String, Object> map) {
    if (!(map.get("values") instanceof List<?> values) || values.isEmpty()) {
      problems.error(where, "'" + name + "': 'values' must be a list with at least one value");
      return new Constant(null);
    }
    List<Double> weights = new ArrayList<>();
    if (map.containsKey("probabilities")) {
      double sum = 0;
      if (map.get("probabilities") instanceof List<?> list) {
        for (Object p : list) {
          weights.add(Values.number(p));
          sum += Values.number(p);
        }
      }
      boolean proper = weights.stream().allMatch(p -> p >= 0 && p <= 1);
      if (weights.size() != values.size() || !proper || Math.abs(sum - 1) > 1e-6) {
        problems.error(
            where, "'" + name + "': 'probabilities' must be one number in [0, 1] per value, sum 1");
      }
    }
    return new Categorical(new ArrayList<>(values), weights);
  }

  /** The numeric keys of one parameter. */
  private final class Numbers {
    private final String where;
    private final String name;
    private final String kind;
    private final Map<String, Object> map;

    Numbers(String where, String name, String kind, Map<String, Object> map) {
      this.where = where;
      this.name = name;
      this.kind = kind;
      this.map = map;
    }

    double get(String key, double absent) {
      Object given = map.get(key);
      if (given == null && !map.containsKey(key)) {
        return absent;
      }
      double value = Values.number(given);
      if (!Double.isFinite(value)) {
        fail("'" + key + "' must be a number, not " + shown(given));
        return absent;
      }
      return value;
    }

    private static String shown(Object given) {
      boolean quoted = given instanceof String text && NUMBER.matcher(text).matches();
      return "'" + given + "'" + (quoted ? " in quotes; to fix it leave them out" : "");
    }

    double positive(String key) {
      double value = get(key, 1);
      if (value > 0) {
        return value;
      }
      fail("'" + key + "' must be above 0, not " + value);
      return 1;
    }

    Number step() {
      double q = positive("q");
      return map.get("q") instanceof Number given && given.doubleValue() == q ? given : q;
    }

    /** Two ordered numbers; on an error some legal ones. */
    double[] range(boolean positive) {
      double min = get("min", Double.NaN);
      double max = get("max", Double.NaN);
      if (Double.isNaN(min) || Double.isNaN(max)) {
        return new double[] {1, 2};
      }
      if (positive && min <= 0) {
        fail("'min' must be above 0 for " + kind + ", not " + min);
        return new double[] {1, 2};
      }
      if (min >= max) {
        fail("'min' (" + map.get("min") + ") must be below 'max' (" + map.get("max") + ")");
        return new double[] {1, 2};
      }
      return new double[] {min, max};
    }

    Distribution integers() {
      double[] range = range(false);
      if (!Values.isInteger(map.get("min")) || !Values.isInteger(map.get("max"))) {
        fail("'min' and 'max' of int_uniform must be integers, without a dot; or name it uniform");
      }
      if (Math.abs(range[0]) > 0x1p53 || Math.abs(range[1]) > 0x1p53) {
        fail("'min' and 'max' of int_uniform must lie within +-2^53");
      }
      return new IntUniform((long) range[0], (long) range[1]);
    }

    private void fail(String message) {
      problems.error(where, "'" + name + "': " + message);
    }
  }
}
