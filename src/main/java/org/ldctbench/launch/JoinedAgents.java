package org.ldctbench.launch;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.sweep.GuestRuns;
import org.ldctbench.sweep.Guests;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.RunMonitor.Row;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunState;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepApi.ControlledRun;

/**
 * The local controller of a sweep at the server, as W&B's client describes it: parameters are put
 * on the sweep's schedule, the server gives them to an agent and says to which run, and that run's
 * results come back from the server. One entry at a time; asked every few seconds.
 */
final class JoinedAgents implements Guests {
  private static final Duration PENDING_AT_MOST = Duration.ofMinutes(2);

  private final SweepApi api;
  private final ServerSweep sweep;
  private final GuestRuns runs;
  private final Optional<Metric> metric;
  private final Duration interval;
  private final Consumer<String> notices;
  private final Thread thread = new Thread(this::work, "wandb-controller");

  /** Everything that was ever on offer, by the id of its entry. */
  private final Map<String, Map<String, Object>> offers = new HashMap<>();

  private final Set<String> known = new TreeSet<>();
  private final Map<String, Integer> passedOn = new HashMap<>();
  private final Map<String, String> states = new HashMap<>();
  private final Set<String> earlyStop = new TreeSet<>();
  private String onOffer = "";
  private boolean unpublished = true; // What an earlier process left there is not ours.
  private boolean told;

  private JoinedAgents(
      SweepApi api,
      ServerSweep sweep,
      GuestRuns runs,
      Optional<Metric> metric,
      Duration interval,
      Consumer<String> notices) {
    this.api = api;
    this.sweep = sweep;
    this.runs = runs;
    this.metric = metric;
    this.interval = interval;
    this.notices = notices;
  }

  /**
   * Begins to serve the agents of a sweep.
   *
   * @param interval between two questions to the server
   */
  static JoinedAgents serve(
      SweepApi api,
      ServerSweep sweep,
      GuestRuns runs,
      Optional<Metric> metric,
      Duration interval,
      Consumer<String> notices) {
    JoinedAgents agents = new JoinedAgents(api, sweep, runs, metric, interval, notices);
    agents.thread.setDaemon(true);
    agents.thread.start();
    return agents;
  }

  private void work() {
    try {
      while (true) {
        step(true);
        Thread.sleep(interval.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Closed.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  @Override
  public synchronized void withdraw() {
    if (onOffer.isEmpty()) {
      return;
    }
    String entry = onOffer;
    onOffer = "";
    unpublished = true;
    step(false); // Publishes that it is gone,
    step(false); // and sees whether it was taken before.
    if (!states.containsKey(entry)) {
      runs.withdrawn();
    }
  }

  @Override
  public void await(BooleanSupplier hurry) {
    long begin = System.nanoTime();
    boolean said = false;
    while (!hurry.getAsBoolean() && waiting(System.nanoTime() - begin)) {
      if (!said) {
        notices.accept("W&B: waiting for the runs of joined agents; Ctrl-C leaves them");
        said = true;
      }
      try {
        Thread.sleep(Math.min(interval.toMillis(), 200));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private synchronized boolean waiting(long nanos) {
    boolean early = nanos < PENDING_AT_MOST.toNanos();
    return runs.open().stream()
        .map(run -> states.getOrDefault(run, ""))
        .anyMatch(state -> state.equals("running") || (early && state.equals("pending")));
  }

  /** One exchange with the server; a failure is told once and the next one tries again. */
  private synchronized void step(boolean offering) {
    try {
      SweepApi.Control now = api.control(sweep, metric.map(Metric::name).orElse(""));
      now.scheduled().forEach(this::takeUp);
      now.runs().forEach(this::report);
      if (offering && onOffer.isEmpty()) {
        runs.offer().ifPresent(this::offer);
      }
      if (unpublished) {
        Map<String, Map<String, Object>> schedule = new LinkedHashMap<>();
        if (!onOffer.isEmpty()) {
          schedule.put(onOffer, offers.get(onOffer));
        }
        api.schedule(sweep, schedule, new ArrayList<>(earlyStop));
        unpublished = false;
      }
    } catch (ServerException e) {
      if (!told && !Thread.currentThread().isInterrupted()) {
        notices.accept("W&B: agents that join get nothing for now: " + e.getMessage());
        told = true;
      }
    }
  }

  private void offer(Map<String, Object> parameters) {
    onOffer = UUID.randomUUID().toString().replace("-", "").substring(0, 10);
    offers.put(onOffer, parameters);
    unpublished = true;
  }

  private void takeUp(String entry, String runId) {
    Map<String, Object> parameters = offers.get(entry);
    if (parameters == null || runId.isEmpty() || !known.add(entry)) {
      return;
    }
    states.put(entry, "taken");
    states.put(runId, "pending");
    runs.taken(runId, parameters);
    if (entry.equals(onOffer)) {
      onOffer = "";
      unpublished = true;
    }
  }

  private void report(ControlledRun run) {
    if (!runs.open().contains(run.id())) {
      return;
    }
    states.put(run.id(), run.state());
    List<Row> rows = new ArrayList<>();
    for (JsonNode row : run.rows()) {
      rows.add(new Row(row.path("_step").asLong(rows.size()), numbers(row)));
    }
    int old = passedOn.getOrDefault(run.id(), 0);
    if (rows.size() > old) {
      passedOn.put(run.id(), rows.size());
      runs.rows(run.id(), rows.subList(old, rows.size()));
    }
    RunState state = RunState.parse(run.state()).orElse(RunState.RUNNING);
    if (state.ended()) {
      RunState ending = earlyStop.contains(run.id()) ? RunState.STOPPED : state;
      runs.ended(run.id(), outcome(run, ending, rows));
    } else if (runs.tooBad(run.id())) {
      unpublished |= earlyStop.add(run.id());
    }
  }

  private RunOutcome outcome(ControlledRun run, RunState state, List<Row> rows) {
    Map<String, Double> summary = numbers(run.summary());
    Map<String, Double> best = summary;
    if (metric.isPresent()) {
      double least = cost(summary);
      for (Row row : rows) {
        if (cost(row.metrics()) < least) {
          least = cost(row.metrics());
          best = row.metrics();
        }
      }
    }
    boolean failed = state == RunState.FAILED || state == RunState.KILLED;
    return new RunOutcome(
        state,
        summary,
        best,
        Map.of(),
        Optional.empty(),
        run.name(),
        run.summary().path("_runtime").asDouble(0),
        failed ? "the run of a joined agent " + run.state() : "");
  }

  private double cost(Map<String, Double> values) {
    Metric wanted = metric.orElseThrow();
    double cost = wanted.cost(values.getOrDefault(wanted.name(), Double.NaN));
    return Double.isNaN(cost) ? Double.POSITIVE_INFINITY : cost;
  }

  private static Map<String, Double> numbers(JsonNode row) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    row.properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNumber() && !entry.getKey().startsWith("_")) {
                numbers.put(entry.getKey(), entry.getValue().doubleValue());
              }
            });
    return numbers;
  }
}
