package org.ldctbench.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.sweep.RunMonitor.Row;

/**
 * The part of a sweep that others execute: at most one set of parameters is on offer, and the
 * search treats it as a run under way. Thread-safe; the searcher is asked by one thread at a time.
 */
public final class GuestRuns {
  private final SweepConfig config;
  private final Journal journal;
  private final Searcher searcher;
  private final SweepListener listener;
  private volatile Map<String, Object> offer;
  private volatile boolean closed;
  private long most = Long.MAX_VALUE;

  GuestRuns(SweepConfig config, Journal journal, Searcher searcher, SweepListener listener) {
    this.config = config;
    this.journal = journal;
    this.searcher = searcher;
    this.listener = listener;
  }

  void limit(Optional<Long> wanted) {
    long cap = config.runCap() > 0 ? config.runCap() : Long.MAX_VALUE;
    most = Math.min(cap, wanted.orElse(Long.MAX_VALUE));
  }

  /** Nothing more is offered. */
  void close() {
    synchronized (searcher) {
      closed = true;
    }
  }

  /**
   * Reserves parameters for a run. The last run of a sweep is never offered: it would wait for
   * somebody to take it.
   *
   * @return nothing while others are on offer, or where no run is wanted
   */
  public Optional<Map<String, Object>> offer() {
    synchronized (searcher) {
      if (closed || offer != null || most - count() < 2) {
        return Optional.empty();
      }
      List<Map<String, Object>> next = searcher.suggest(history(), 1);
      offer = next.isEmpty() ? null : next.get(0);
      return Optional.ofNullable(offer);
    }
  }

  /** Whether parameters are on offer. */
  boolean offered() {
    return offer != null;
  }

  /** Whether no run is left but the one on offer. */
  boolean lastIsOffered() {
    return offer != null && most - count() < 2;
  }

  /** Nobody took what was on offer. */
  public void withdrawn() {
    synchronized (searcher) {
      offer = null;
    }
  }

  /** Somebody executes what was on offer, now or earlier. */
  public void taken(String runId, Map<String, Object> parameters) {
    synchronized (searcher) {
      synchronized (journal) {
        offer = parameters.equals(offer) ? null : offer;
        journal.append(
            new JournalEvent.RunStarted(SweepRunner.now(), runId, count() + 1, parameters, true));
        listener.runStarted(run(runId));
      }
    }
  }

  /** Ids of the guests' runs that have not ended. */
  public List<String> open() {
    synchronized (journal) {
      return journal.state().runs().stream()
          .filter(run -> run.guest() && !run.state().ended())
          .map(SweepRun::id)
          .toList();
    }
  }

  /** New results of a guest's run. */
  public void rows(String runId, List<Row> rows) {
    synchronized (journal) {
      record(run(runId), rows);
    }
  }

  /** Whether a guest's run is to be stopped because others are better. */
  public boolean tooBad(String runId) {
    synchronized (journal) {
      return tooBad(run(runId));
    }
  }

  /** A guest's run ended. */
  public void ended(String runId, RunOutcome outcome) {
    synchronized (journal) {
      journal.append(JournalEvent.RunEnded.of(SweepRunner.now(), runId, outcome));
      listener.runEnded(run(runId));
    }
  }

  /** Records results of any run; returns whether it is to be stopped early. */
  boolean record(SweepRun run, List<Row> rows) {
    synchronized (journal) {
      journal.append(
          rows.stream()
              .map(row -> new JournalEvent.Epoch(run.id(), row.iteration(), row.metrics()))
              .toList());
      listener.epoch(run);
      return tooBad(run);
    }
  }

  private boolean tooBad(SweepRun run) {
    if (config.earlyTerminate().isEmpty()) {
      return false;
    }
    Metric metric = config.metric().orElseThrow();
    List<double[]> all = new ArrayList<>();
    for (SweepRun other : journal.state().runs()) {
      all.add(costs(other, metric));
    }
    return config.earlyTerminate().get().stops(costs(run, metric), all);
  }

  private static double[] costs(SweepRun run, Metric metric) {
    return Arrays.stream(run.history(metric.name()))
        .filter(Double::isFinite)
        .map(metric::cost)
        .toArray();
  }

  /** Runs that began, of guests and our own. */
  int count() {
    synchronized (journal) {
      return journal.state().runs().size();
    }
  }

  /** What the next suggestion depends on. */
  SearchHistory history() {
    synchronized (journal) {
      List<Observation> runs = new ArrayList<>(journal.state().history(config.metric()).runs());
      if (offer != null) {
        runs.add(new Observation(offer, RunState.RUNNING, new double[0]));
      }
      return new SearchHistory(runs);
    }
  }

  private SweepRun run(String id) {
    return journal.state().find(id).orElseThrow();
  }
}
