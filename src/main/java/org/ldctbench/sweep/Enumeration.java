package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.math3.random.RandomGenerator;

/** The last resort in a small discrete space that is nearly used up: list what is left. */
final class Enumeration {
  private Enumeration() {}

  /** One of the untaken value lists, equally likely. */
  static Optional<List<Object>> pick(
      ParameterSpace space, Set<String> taken, RandomGenerator random) {
    List<List<Object>> left = new ArrayList<>();
    collect(space, new ArrayList<>(), taken, left);
    return left.isEmpty() ? Optional.empty() : Optional.of(left.get(random.nextInt(left.size())));
  }

  private static void collect(
      ParameterSpace space, List<Object> head, Set<String> taken, List<List<Object>> left) {
    int i = head.size();
    if (i == space.varying().size()) {
      if (!taken.contains(space.key(head))) {
        left.add(new ArrayList<>(head));
      }
      return;
    }
    for (Object value : levels(space.varying().get(i).distribution())) {
      head.add(value);
      collect(space, head, taken, left);
      head.remove(i);
    }
  }

  /** Every value of a bounded discrete distribution in the order of its quantiles. */
  static List<Object> levels(Distribution distribution) {
    if (distribution instanceof Categorical categorical) {
      return categorical.distinct();
    }
    List<Object> values = new ArrayList<>();
    if (distribution instanceof IntUniform range) {
      for (long v = range.min(); v <= range.max(); v++) {
        values.add(v);
      }
    } else if (distribution instanceof Quantised steps) {
      double step = steps.q().doubleValue();
      double first = Math.rint(steps.base().lowest() / step);
      for (long i = 0; i < steps.cardinality(); i++) {
        values.add(steps.multiple(first + i));
      }
    } else {
      throw new IllegalArgumentException(distribution.name() + " has no list of values");
    }
    return values;
  }
}
