package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ldctbench.common.Nearest;
import org.ldctbench.config.YamlFile;
import org.ldctbench.sweep.SweepConfig.Method;
import org.ldctbench.sweep.SweepConfig.Verdict;

/** Turns the values of a YAML file into a {@link SweepConfig}, collecting what is wrong. */
final class SweepConfigReader {
  private static final Set<String> TOP =
      Set.of(
          "method",
          "parameters",
          "metric",
          "name",
          "description",
          "project",
          "entity",
          "program",
          "command",
          "run_cap",
          "early_terminate",
          "controller",
          "job",
          "image_uri",
          "scheduler",
          "metrics",
          "apiVersion",
          "kind");
  private static final Set<String> PARAMETER_MARKS =
      Set.of("value", "values", "min", "max", "distribution", "parameters");
  private static final List<String> DEFAULT_COMMAND =
      List.of("${env}", "${interpreter}", "${program}", "${args}");

  private final Map<String, Object> values;
  private final Map<String, Object> fixed;
  private final Problems problems;

  SweepConfigReader(YamlFile file, Map<String, Object> fixed) {
    this.values = new LinkedHashMap<>(file.values());
    this.fixed = fixed;
    this.problems = new Problems(file);
  }

  Verdict read() {
    Map<String, Object> hoisted = hoistParameters();
    problems.warnUnknown("", values.keySet(), TOP);
    ParameterSpace space = parameters(hoisted);
    Optional<Metric> metric = metric();
    Optional<Method> method = method();
    method.ifPresent(m -> requireFit(m, space, metric));
    String name = text("name");
    String description = text("description");
    String project = text("project");
    String program = text("program");
    List<String> command = command();
    long runCap = runCap();
    Optional<Hyperband> early =
        Hyperband.read(values.get("early_terminate"), metric.isPresent(), problems);
    if (!problems.errors.isEmpty()) {
      return new Verdict(Optional.empty(), problems.warnings, problems.errors);
    }
    SweepConfig config =
        new SweepConfig(
            name,
            description,
            project,
            program,
            command,
            method.orElseThrow(),
            metric,
            space,
            runCap,
            early,
            List.copyOf(problems.warnings));
    return new Verdict(Optional.of(config), problems.warnings, problems.errors);
  }

  /** A file pasted without indentation has its parameters at the top level. */
  private Map<String, Object> hoistParameters() {
    Object given = values.get("parameters");
    boolean empty = given == null || (given instanceof Map<?, ?> map && map.isEmpty());
    Map<String, Object> hoisted = new LinkedHashMap<>();
    if (empty) {
      values.forEach(
          (key, value) -> {
            if (!TOP.contains(key)
                && value instanceof Map<?, ?> map
                && map.keySet().stream().anyMatch(PARAMETER_MARKS::contains)) {
              hoisted.put(key, value);
            }
          });
    }
    if (!hoisted.isEmpty()) {
      values.keySet().removeAll(hoisted.keySet());
      problems.warn(
          "parameters",
          "'parameters' is empty; took the "
              + hoisted.size()
              + " top-level keys from '"
              + hoisted.keySet().iterator().next()
              + "' on as parameters (indent them below 'parameters:' to silence this)");
    }
    return hoisted;
  }

  /** The file as it should have been: parameters below their key, fixed ones fixed. */
  Map<String, Object> normalised() {
    Map<String, Object> parameters = given(hoistParameters());
    values.put("parameters", parameters);
    return values;
  }

  private Map<String, Object> given(Map<String, Object> hoisted) {
    Map<String, Object> given = new LinkedHashMap<>(hoisted);
    if (hoisted.isEmpty()) {
      Object section = values.get("parameters");
      if (section instanceof Map<?, ?> map) {
        map.forEach((key, value) -> given.put(String.valueOf(key), value));
      } else if (section != null) {
        problems.error("parameters", "'parameters' must be a mapping of names to parameters");
      }
    }
    fixed.forEach(
        (name, value) -> {
          Map<String, Object> constant = new LinkedHashMap<>();
          constant.put("value", value);
          given.put(name, constant);
        });
    return given;
  }

  private ParameterSpace parameters(Map<String, Object> hoisted) {
    Map<String, Object> given = given(hoisted);
    String prefix = hoisted.isEmpty() ? "parameters." : "";
    if (given.isEmpty()) {
      problems.error("parameters", "'parameters' is missing or empty; give at least one parameter");
    }
    List<Parameter> parameters = new ArrayList<>();
    new DistributionReader(problems).readAll(prefix, List.of(), given, parameters);
    return new ParameterSpace(parameters);
  }

  private Optional<Method> method() {
    Object given = values.get("method");
    if (given == null) {
      problems.error("method", "'method' is missing; use grid, random or bayes");
      return Optional.empty();
    }
    String name = String.valueOf(given);
    for (Method method : Method.values()) {
      if (method.name().toLowerCase(Locale.ROOT).equals(name)) {
        return Optional.of(method);
      }
    }
    problems.error(
        "method",
        "method '"
            + name
            + "' is not one of grid, random, bayes"
            + Nearest.hint(name, Set.of("grid", "random", "bayes")));
    return Optional.empty();
  }

  private void requireFit(Method method, ParameterSpace space, Optional<Metric> metric) {
    if (method == Method.BAYES) {
      if (metric.isEmpty() && !values.containsKey("metric")) {
        problems.error("method", "method 'bayes' needs 'metric' with a name and a goal");
      }
      if (space.varying().isEmpty() && !space.all().isEmpty()) {
        problems.error("parameters", "method 'bayes' needs at least one parameter that varies");
      }
    }
    if (values.containsKey("metrics")) {
      problems.error(
          "metrics", "'metrics' (several objectives) needs a method of its own; use 'metric'");
    }
    if (method == Method.GRID) {
      for (Parameter parameter : space.varying()) {
        try {
          GridSearcher.axis(parameter.distribution());
        } catch (IllegalArgumentException e) {
          problems.error(
              "parameters." + parameter.name(),
              "'"
                  + parameter.name()
                  + "': "
                  + e.getMessage()
                  + "; method 'grid' takes value, values, int_uniform or q_uniform");
        }
      }
    }
  }

  private Optional<Metric> metric() {
    Object given = values.get("metric");
    if (given == null) {
      return Optional.empty();
    }
    if (!(given instanceof Map<?, ?> map)) {
      problems.error("metric", "'metric' must be a mapping with 'name' and 'goal'");
      return Optional.empty();
    }
    problems.warnUnknown(
        "metric.",
        map.keySet(),
        Set.of("name", "goal", "target", "impute", "impute_while_running"));
    if (!(map.get("name") instanceof String name) || name.isEmpty()) {
      problems.error("metric", "'metric' needs 'name', the logged quantity to improve");
      return Optional.empty();
    }
    boolean maximize = choice(map, "goal", List.of("minimize", "maximize")).equals("maximize");
    String impute = choice(map, "impute", List.of("worst", "best", "latest"));
    String running =
        choice(map, "impute_while_running", List.of("false", "worst", "best", "latest"));
    Object target = map.get("target");
    if (target != null && !Double.isFinite(Values.number(target))) {
      problems.error("metric.target", "'target' must be a number, not '" + target + "'");
    }
    return Optional.of(
        new Metric(
            name,
            maximize,
            Values.number(target),
            Metric.Impute.valueOf(impute.toUpperCase(Locale.ROOT)),
            running.equals("false")
                ? Metric.Impute.NONE
                : Metric.Impute.valueOf(running.toUpperCase(Locale.ROOT))));
  }

  /** The first choice is the default, also for what is not a choice. */
  private String choice(Map<?, ?> map, String key, List<String> choices) {
    Object given = map.get(key);
    if (given == null) {
      return choices.get(0);
    }
    String text = String.valueOf(given);
    if (!choices.contains(text)) {
      problems.warn(
          "metric." + key,
          "'" + key + ": " + text + "' is not one of " + choices + "; using " + choices.get(0));
      return choices.get(0);
    }
    return text;
  }

  private List<String> command() {
    Object given = values.get("command");
    if (given == null) {
      return DEFAULT_COMMAND;
    }
    if (given instanceof List<?> list && !list.isEmpty()) {
      return list.stream().map(String::valueOf).toList();
    }
    problems.error("command", "'command' must be a list, such as [\"${program}\", \"${args}\"]");
    return List.of();
  }

  private long runCap() {
    Object given = values.get("run_cap");
    if (given == null) {
      return 0;
    }
    if (Values.isInteger(given) && Values.number(given) > 0) {
      return ((Number) given).longValue();
    }
    problems.error("run_cap", "'run_cap' must be an integer above 0, not '" + given + "'");
    return 0;
  }

  private String text(String key) {
    Object given = values.get(key);
    if (given == null) {
      return "";
    }
    if (given instanceof Map || given instanceof List) {
      problems.error(key, "'" + key + "' must be text");
      return "";
    }
    return String.valueOf(given);
  }
}
