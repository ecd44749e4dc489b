package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every combination once: names in alphabetical order, the last one varies fastest, values in the
 * order given.
 */
public final class GridSearcher implements Searcher {
  private final ParameterSpace space;
  private final List<List<Object>> axes;

  GridSearcher(ParameterSpace space) {
    this.space = space;
    this.axes = space.varying().stream().map(p -> axis(p.distribution())).toList();
  }

  /** The values of one parameter on the grid. */
  static List<Object> axis(Distribution distribution) {
    if (distribution instanceof Categorical categorical && !categorical.weighted()) {
      return categorical.distinct();
    }
    if (distribution instanceof IntUniform range) {
      return new IntRange(range.min(), range.max());
    }
    if (distribution instanceof Quantised steps && steps.name().equals("q_uniform")) {
      return arithmetic(steps);
    }
    throw new IllegalArgumentException(distribution.name() + " has no grid");
  }

  /** From min in steps of q, below max. */
  private static List<Object> arithmetic(Quantised steps) {
    double min = steps.base().lowest();
    double q = steps.q().doubleValue();
    double count = Math.ceil((steps.base().highest() - min) / q);
    boolean integers = Values.isInteger(steps.q()) && min == Math.rint(min);
    List<Object> values = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      if (integers) {
        values.add((long) (min + i * q));
      } else {
        values.add(min + i * q);
      }
    }
    return values;
  }

  @Override
  public List<Map<String, Object>> suggest(SearchHistory history, int count) {
    Set<String> taken = new HashSet<>();
    history.runs().forEach(run -> taken.add(space.key(run.arguments())));
    List<Map<String, Object>> next = new ArrayList<>();
    int[] at = new int[axes.size()];
    boolean more = true;
    while (more && next.size() < count) {
      List<Object> values = new ArrayList<>(at.length);
      for (int i = 0; i < at.length; i++) {
        values.add(axes.get(i).get(at[i]));
      }
      if (taken.add(space.key(values))) {
        next.add(space.arguments(values));
      }
      more = advance(at);
    }
    return next;
  }

  private boolean advance(int[] at) {
    for (int i = at.length - 1; i >= 0; i--) {
      if (++at[i] < axes.get(i).size()) {
        return true;
      }
      at[i] = 0;
    }
    return false;
  }

  /** The integers of a range, not stored. */
  private static final class IntRange extends java.util.AbstractList<Object> {
    private final long min;
    private final int size;

    IntRange(long min, long max) {
      this.min = min;
      this.size = (int) Math.min(Integer.MAX_VALUE, (double) max - min + 1);
    }

    @Override
    public Object get(int index) {
      return min + index;
    }

    @Override
    public int size() {
      return size;
    }
  }
}
