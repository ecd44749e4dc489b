package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One of a list of values.
 *
 * @param values at least one, as written
 * @param probabilities of each, sum 1; empty means equal
 */
public record Categorical(List<Object> values, List<Double> probabilities) implements Distribution {

  public Categorical {
    values = new ArrayList<>(values);
    probabilities = List.copyOf(probabilities);
  }

  public Categorical(List<Object> values) {
    this(values, List.of());
  }

  boolean weighted() {
    return !probabilities.isEmpty();
  }

  /** The different values that are ever drawn, in the order of their first place. */
  List<Object> distinct() {
    Map<String, Object> unique = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      if (!weighted() || probabilities.get(i) > 0) {
        unique.putIfAbsent(Values.canonical(values.get(i)), values.get(i));
      }
    }
    return new ArrayList<>(unique.values());
  }

  @Override
  public String name() {
    return weighted() ? "categorical_w_probabilities" : "categorical";
  }

  @Override
  public Object quantile(double u) {
    int n = values.size();
    if (!weighted()) {
      return values.get(Math.max(0, Math.min(n - 1, (int) Math.ceil(u * n) - 1)));
    }
    double sum = 0;
    int last = 0;
    for (int i = 0; i < n; i++) {
      sum += probabilities.get(i);
      if (sum > u) {
        return values.get(i);
      }
      last = probabilities.get(i) > 0 ? i : last;
    }
    return values.get(last);
  }

  @Override
  public double cdf(Object value) {
    return upper(Math.max(0, index(value)));
  }

  @Override
  public double position(Object value) {
    int i = Math.max(0, index(value));
    return 0.5 * (upper(i - 1) + upper(i));
  }

  @Override
  public double cardinality() {
    return distinct().size();
  }

  private double upper(int index) {
    if (!weighted()) {
      return (index + 1.0) / values.size();
    }
    double sum = 0;
    for (int i = 0; i <= index; i++) {
      sum += probabilities.get(i);
    }
    return Math.min(1, sum);
  }

  /** First place of the value in the list, or -1. */
  int index(Object value) {
    String wanted = Values.canonical(value);
    for (int i = 0; i < values.size(); i++) {
      if (Objects.equals(wanted, Values.canonical(values.get(i)))) {
        return i;
      }
    }
    return -1;
  }
}
