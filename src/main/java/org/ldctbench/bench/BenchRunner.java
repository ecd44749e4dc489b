package org.ldctbench.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Measures single operations of our engine, of its numbers of threads and of peers in turn. */
public final class BenchRunner {
  private final List<BenchSetup> setups;
  private final int repeats;
  private final Machine machine;
  private final Consumer<String> log;

  public BenchRunner(List<BenchSetup> setups, int repeats, Machine machine, Consumer<String> log) {
    this.setups = setups.stream().sorted(Comparator.comparingInt(BenchSetup::threads)).toList();
    this.repeats = repeats;
    this.machine = machine;
    this.log = log;
  }

  /** Rows of one case, those of the fewest threads first, and of each setup ours. */
  public List<BenchRow> run(BenchCase benchCase) {
    List<Entrants> entrants = new ArrayList<>();
    try {
      try {
        BenchData data = new BenchData(benchCase);
        for (BenchSetup setup : setups) {
          entrants.add(new Entrants(setup, benchCase, data, log));
        }
        return measured(entrants);
      } finally {
        for (Entrants one : entrants) {
          one.close();
        }
      }
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT, "cannot write the benchmark's data for its peers: " + e, e);
    }
  }

  private List<BenchRow> measured(List<Entrants> entrants) {
    List<Contender> all = entrants.stream().flatMap(one -> one.contenders().stream()).toList();
    List<Samples> samples = Turns.measure(all, repeats, log);
    List<BenchRow> rows = new ArrayList<>();
    int at = 0;
    for (Entrants one : entrants) {
      int end = at + one.contenders().size();
      // The first contender of all is our engine with the fewest threads.
      Samples fewest = at > 0 ? samples.get(0) : null;
      rows.addAll(one.rows(samples.subList(at, end), fewest, machine));
      at = end;
    }
    return rows;
  }
}
