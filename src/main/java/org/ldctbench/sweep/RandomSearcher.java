package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.math3.random.RandomGenerator;

/** Independent draws, repeated only when every other choice is taken. */
public final class RandomSearcher implements Searcher {
  private static final int TRIES = 200;
  private static final int ENUMERABLE = 100_000;

  private final ParameterSpace space;
  private final long seed;

  RandomSearcher(ParameterSpace space, long seed) {
    this.space = space;
    this.seed = seed;
  }

  @Override
  public List<Map<String, Object>> suggest(SearchHistory history, int count) {
    Set<String> taken = new HashSet<>();
    history.runs().forEach(run -> taken.add(space.key(run.arguments())));
    List<Map<String, Object>> next = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      RandomGenerator random = Seeds.generator(seed, history.drawn() + i);
      List<Object> values = untaken(random, taken);
      taken.add(space.key(values));
      next.add(space.arguments(values));
    }
    return next;
  }

  List<Object> untaken(RandomGenerator random, Set<String> taken) {
    List<Object> first = draw(random);
    double choices = space.cardinality();
    if (!taken.contains(space.key(first)) || taken.size() >= choices) {
      return first;
    }
    for (int i = 0; i < TRIES; i++) {
      List<Object> values = draw(random);
      if (!taken.contains(space.key(values))) {
        return values;
      }
    }
    return choices > ENUMERABLE ? first : Enumeration.pick(space, taken, random).orElse(first);
  }

  private List<Object> draw(RandomGenerator random) {
    double[] u = new double[space.varying().size()];
    for (int i = 0; i < u.length; i++) {
      u[i] = Seeds.open(random);
    }
    return space.quantiles(u);
  }
}
