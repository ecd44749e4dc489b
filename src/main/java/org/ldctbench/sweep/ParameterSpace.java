package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All parameters of a sweep, sorted by name. */
public final class ParameterSpace {
  private final List<Parameter> all;
  private final List<Parameter> varying;

  public ParameterSpace(List<Parameter> parameters) {
    all = parameters.stream().sorted(Comparator.comparing(Parameter::sortKey)).toList();
    varying = all.stream().filter(Parameter::varies).toList();
  }

  public List<Parameter> all() {
    return all;
  }

  /** Those that are not constant; arrays of values below are in this order. */
  public List<Parameter> varying() {
    return varying;
  }

  /** Number of different parameter sets; infinite if any parameter is continuous. */
  public double cardinality() {
    double product = 1;
    for (Parameter parameter : varying) {
      product *= parameter.distribution().cardinality();
    }
    return product;
  }

  /**
   * A run's arguments: plain parameters sorted by name, then nested ones.
   *
   * @param values of {@link #varying}
   */
  public Map<String, Object> arguments(List<Object> values) {
    Map<String, Object> arguments = new LinkedHashMap<>();
    for (boolean nested : new boolean[] {false, true}) {
      int next = 0;
      for (Parameter parameter : all) {
        Object value =
            parameter.distribution() instanceof Constant constant
                ? constant.value()
                : values.get(next++);
        if (parameter.path().size() > 1 == nested) {
          put(arguments, parameter.path(), value);
        }
      }
    }
    return arguments;
  }

  @SuppressWarnings("unchecked") // inner mappings are made here
  private static void put(Map<String, Object> arguments, List<String> path, Object value) {
    Map<String, Object> inner = arguments;
    for (String name : path.subList(0, path.size() - 1)) {
      inner = (Map<String, Object>) inner.computeIfAbsent(name, key -> new LinkedHashMap<>());
    }
    inner.put(path.get(path.size() - 1), value);
  }

  /** The value of a parameter in a run's arguments, or null. */
  public static Object value(Map<String, Object> arguments, Parameter parameter) {
    Object at = arguments;
    for (String name : parameter.path()) {
      at = at instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return at;
  }

  /** Equal for runs that differ in no varying parameter. */
  public String key(Map<String, Object> arguments) {
    List<Object> values = new ArrayList<>(varying.size());
    varying.forEach(parameter -> values.add(value(arguments, parameter)));
    return Values.canonical(values);
  }

  String key(List<Object> values) {
    return Values.canonical(values);
  }

  /** Values of the varying parameters at a point of the unit cube. */
  public List<Object> quantiles(double[] u) {
    List<Object> values = new ArrayList<>(varying.size());
    for (int i = 0; i < u.length; i++) {
      values.add(varying.get(i).distribution().quantile(u[i]));
    }
    return values;
  }
}
