package org.ldctbench.wandb.agent;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.ldctbench.common.ChildProcess;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.log.JsonValues;

/** Takes part in a sweep: starts and stops runs as the server commands. */
public final class Agent {
  private static final int GONE = 404;
  private static final long POLL_MILLIS = 100;
  private static final long LEAST_PAUSE_NANOS = 1_000_000_000L;

  /** A process that a signal ended has 128 plus the signal's number as its exit code. */
  private static final int SIGNALLED = 128;

  private final SweepApi api;
  private final ServerSweep sweep;
  private final RunLauncher launcher;
  private final Limits limits;
  private final Consumer<String> notices;
  private final IntSupplier interrupts;
  private final Map<String, Child> children = new LinkedHashMap<>();
  private final long start = System.nanoTime();
  private long ended;
  private long failed;
  private boolean exiting;
  private int heard;
  private boolean unheard;

  /**
   * When an agent stops by itself.
   *
   * @param count ended children after which it does; 0 for no limit
   * @param heartbeat time between two questions to the server
   * @param killDelay from a polite stop to a firm one
   * @param flapping whether three failures within the first minute end it
   * @param initialFailures failures that end it where hardly any run succeeded
   */
  public record Limits(
      long count, Duration heartbeat, Duration killDelay, boolean flapping, int initialFailures) {
    private static final int EARLY_FAILURES = 3;
    private static final Duration EARLY = Duration.ofMinutes(1);

    /** What W&B's variables say. */
    public static Limits of(long count, Map<String, String> environment) {
      return new Limits(
          count,
          Duration.ofSeconds(5),
          Duration.ofSeconds(number(environment, "WANDB_AGENT_KILL_DELAY", 30)),
          !"true".equals(environment.get("WANDB_AGENT_DISABLE_FLAPPING")),
          (int) number(environment, "WANDB_AGENT_MAX_INITIAL_FAILURES", 5));
    }

    private static long number(Map<String, String> environment, String name, long otherwise) {
      String text = environment.getOrDefault(name, "");
      return text.matches("\\d{1,9}") ? Long.parseLong(text) : otherwise;
    }
  }

  private static final class Child {
    private final Process process;
    private long stopNanos;
    private boolean stopping;

    Child(Process process) {
      this.process = process;
    }
  }

  /**
   * @param interrupts how often the user asked to end: once waits for the run, twice stops it
   *     politely, three times ends it at once
   */
  public Agent(
      SweepApi api,
      ServerSweep sweep,
      RunLauncher launcher,
      Limits limits,
      IntSupplier interrupts,
      Consumer<String> notices) {
    this.api = api;
    this.sweep = sweep;
    this.launcher = launcher;
    this.limits = limits;
    this.interrupts = interrupts;
    this.notices = notices;
  }

  /**
   * Works until the sweep ends or a limit is reached.
   *
   * @return the command's exit status: 0, or 1 if the sweep is gone
   */
  public int run(String host) throws ServerException, InterruptedException {
    String agent = api.createAgent(sweep, host);
    try {
      while (true) {
        collect();
        if (giveUp() || (limits.count() > 0 && ended >= limits.count())) {
          return 0;
        }
        Map<String, Boolean> alive = new LinkedHashMap<>();
        children.keySet().forEach(id -> alive.put(id, true));
        JsonNode commands;
        try {
          commands = api.heartbeat(agent, alive);
          unheard = false;
        } catch (ServerException e) {
          if (e.status() == GONE && children.isEmpty()) {
            notices.accept("sweep " + sweep.id() + " is gone");
            return 1;
          }
          if (!unheard) {
            notices.accept("no answer, asking again: " + e.getMessage());
            unheard = true;
          }
          commands = JsonValues.tree(List.of());
        }
        commands.forEach(this::obey);
        if (exiting) {
          return 0;
        }
        if (pause()) {
          return 0;
        }
      }
    } finally {
      children.values().forEach(child -> ChildProcess.kill(child.process));
    }
  }

  private void obey(JsonNode command) {
    String id = command.path("run_id").asText("");
    switch (command.path("type").asText()) {
      case "run", "resume" -> {
        if (heard == 0) {
          begin(id, command.path("args"));
        }
      }
      case "stop" -> stop(id);
      case "exit" -> exiting = true;
      default -> notices.accept("unknown command of the server: " + command.path("type"));
    }
  }

  private void begin(String id, JsonNode arguments) {
    // The id becomes part of file names.
    if (!id.matches("[A-Za-z0-9_.-]{1,128}") || id.startsWith(".") || children.containsKey(id)) {
      notices.accept("the server's run id is not usable: " + id);
      return;
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    arguments
        .properties()
        .forEach(e -> parameters.put(e.getKey(), JsonValues.plain(e.getValue().path("value"))));
    try {
      notices.accept("starting run " + id + " with " + JsonValues.write(parameters));
      children.put(id, new Child(launcher.launch(id, parameters)));
    } catch (IOException e) {
      notices.accept("run " + id + " cannot be started: " + e.getMessage());
      ended++;
      failed++;
    }
  }

  private void stop(String id) {
    Child child = children.get(id);
    if (child == null) {
      return;
    }
    if (!child.stopping) {
      notices.accept("stopping run " + id);
      child.stopping = true;
      child.stopNanos = System.nanoTime();
      child.process.destroy();
    } else if (System.nanoTime() - child.stopNanos >= limits.killDelay().toNanos()) {
      ChildProcess.kill(child.process);
    }
  }

  private void collect() {
    children
        .entrySet()
        .removeIf(
            entry -> {
              Process process = entry.getValue().process;
              if (process.isAlive()) {
                return false;
              }
              int status = process.exitValue();
              boolean failure = status > 0 && status <= SIGNALLED;
              notices.accept("run " + entry.getKey() + " ended with status " + status);
              ended++;
              failed += failure ? 1 : 0;
              return true;
            });
  }

  private boolean giveUp() {
    boolean early = System.nanoTime() - start < Limits.EARLY.toNanos();
    if (limits.flapping() && early && failed >= Limits.EARLY_FAILURES) {
      notices.accept("giving up: 3 runs failed within the first minute");
      return true;
    }
    if (failed >= limits.initialFailures() && ended - failed <= 1) {
      notices.accept("giving up: " + failed + " of " + ended + " runs failed");
      return true;
    }
    return false;
  }

  /** Until the next heartbeat is due or a run ended; returns whether the user ends the agent. */
  private boolean pause() throws InterruptedException {
    long begin = System.nanoTime();
    long due = begin + limits.heartbeat().toNanos();
    long earliest = begin + Math.min(LEAST_PAUSE_NANOS, limits.heartbeat().toNanos());
    boolean ended = false;
    for (long now = begin; now < due && !(ended && now >= earliest); now = System.nanoTime()) {
      if (interrupted()) {
        return true;
      }
      ended = children.values().stream().anyMatch(child -> !child.process.isAlive());
      Thread.sleep(Math.min(POLL_MILLIS, limits.heartbeat().toMillis()));
    }
    return interrupted();
  }

  /** Does what the user wants; returns whether no run is left to wait for. */
  private boolean interrupted() {
    int wish = interrupts.getAsInt();
    if (wish > heard) {
      heard = wish;
      if (wish == 1) {
        notices.accept("no further runs; again stops the present one, a third time ends it");
      } else {
        children.values().forEach(child -> end(child.process, wish > 2));
      }
    }
    if (wish == 0) {
      return false;
    }
    collect();
    return children.isEmpty();
  }

  private static void end(Process process, boolean firmly) {
    if (firmly) {
      ChildProcess.kill(process);
    } else {
      process.destroy();
    }
  }
}
