package org.ldctbench.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ChildProcess;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.RunMonitor;
import org.ldctbench.sweep.RunMonitor.Order;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunRequest;
import org.ldctbench.sweep.RunState;
import org.ldctbench.sweep.SweepConfig;

/**
 * Executes runs as child processes with W&B's command macros, environment and parameter files, so
 * that any program made for a W&B sweep runs unchanged. What it prints goes to {@code run-<id>.log}
 * in the sweep folder.
 */
public final class ChildProgram implements Program {
  private static final long POLL_MILLIS = 100;
  private static final long SIGNAL_RACE_MILLIS = 300;

  /** A process that a signal ended has this plus the signal's number as its exit code. */
  private static final int SIGNALLED = 128;

  private final SweepConfig config;
  private final Path root;
  private final Map<String, String> environment;
  private final Duration killDelay;

  /**
   * @param root absolute folder of runs and sweeps
   * @param environment of the children, before what the run adds
   * @param killDelay between SIGTERM and SIGKILL
   */
  public ChildProgram(
      SweepConfig config, Path root, Map<String, String> environment, Duration killDelay) {
    this.config = config;
    this.root = root;
    this.environment = Map.copyOf(environment);
    this.killDelay = killDelay;
  }

  @Override
  public RunOutcome execute(RunRequest request, RunMonitor monitor) {
    long begin = System.nanoTime();
    Path folder = root.resolve("sweep-" + request.sweepId());
    Path log = folder.resolve("run-" + request.runId() + ".log");
    try (MetricSource source = source(request.runId())) {
      Process process = start(request, folder, log);
      Watch watch = new Watch(source, monitor);
      Order order = watch.follow(process);
      if (order != Order.CONTINUE) {
        stop(process);
      }
      watch.collect();
      if (order == Order.CONTINUE && signalled(process.exitValue())) {
        // Ctrl-C reaches the child as well, perhaps before this process has taken notice.
        Thread.sleep(SIGNAL_RACE_MILLIS);
        order = monitor.interrupted() ? Order.INTERRUPT : order;
      }
      return outcome(order, process.exitValue(), watch, log, (System.nanoTime() - begin) * 1e-9);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return RunOutcome.failed("interrupted", (System.nanoTime() - begin) * 1e-9);
    }
  }

  private MetricSource source(String runId) {
    return new WandbLogMetrics(new RunFolderMetrics(root, runId), runId);
  }

  private Process start(RunRequest request, Path folder, Path log) throws IOException {
    Path yaml = folder.resolve("config-" + request.runId() + ".yaml");
    Path json = folder.resolve("config-" + request.runId() + ".json");
    AtomicFile.writeString(yaml, parameterFile(request.parameters()));
    if (CommandMacros.wantsJsonFile(config.command())) {
      AtomicFile.writeString(json, PythonText.json(request.parameters()));
    }
    CommandMacros macros =
        new CommandMacros(config.program(), request.parameters(), json.toString(), environment);
    List<String> words = macros.expand(config.command());
    ProcessBuilder builder = new ProcessBuilder(words);
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    variables.remove("WANDB_SERVICE");
    variables.putIfAbsent("WANDB_SWEEP_ID", request.sweepId());
    variables.put("WANDB_RUN_ID", request.runId());
    variables.put("WANDB_DIR", root.getParent().toString());
    variables.put("WANDB_SWEEP_PARAM_PATH", yaml.toString());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return ChildProcess.start(builder);
    } catch (IOException e) {
      throw new UserException(
          ExitCode.CONFIG,
          "'"
              + String.join(" ", words)
              + "' cannot be started ("
              + e.getMessage()
              + "); check 'program' and 'command' of the sweep",
          e);
    }
  }

  private static boolean signalled(int exit) {
    return exit > SIGNALLED;
  }

  static String parameterFile(Map<String, Object> parameters) {
    StringBuilder text = new StringBuilder("wandb_version: 1\n\n");
    parameters.forEach(
        (key, value) ->
            text.append(key).append(":\n  value: ").append(PythonText.yaml(value)).append('\n'));
    return text.toString();
  }

  private void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(killDelay.toMillis(), TimeUnit.MILLISECONDS)) {
      ChildProcess.kill(process);
      process.waitFor();
    }
  }

  private RunOutcome outcome(Order order, int exit, Watch watch, Path log, double seconds)
      throws IOException {
    RunState state =
        switch (order) {
          case STOP_EARLY -> RunState.STOPPED;
          case INTERRUPT -> RunState.INTERRUPTED;
          case CONTINUE -> {
            if (exit == 0) {
              yield RunState.FINISHED;
            }
            yield signalled(exit) ? RunState.KILLED : RunState.FAILED;
          }
        };
    String failure = "";
    if (state == RunState.FAILED || state == RunState.KILLED) {
      String line = FailureLine.of(log);
      failure = "exit code " + exit + (line.isEmpty() ? "" : ": " + line);
    }
    Optional<Path> folder = watch.source.folder();
    String name = folder.map(path -> path.getFileName().toString()).orElse("");
    return new RunOutcome(
        state, watch.latest, watch.best(config.metric()), Map.of(), folder, name, seconds, failure);
  }

  /** Passes new rows on while the child runs. */
  private static final class Watch {
    private final MetricSource source;
    private final RunMonitor monitor;
    private final Map<String, Double> latest = new LinkedHashMap<>();
    private List<RunMonitor.Row> rows = List.of();
    private int passedOn;
    private boolean located;

    Watch(MetricSource source, RunMonitor monitor) {
      this.source = source;
      this.monitor = monitor;
    }

    /** Returns when the child ended (CONTINUE) or has to be stopped. */
    Order follow(Process process) throws InterruptedException {
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        Order order = monitor.interrupted() ? Order.INTERRUPT : collect();
        if (order != Order.CONTINUE) {
          return order;
        }
      }
      return Order.CONTINUE;
    }

    Order collect() {
      if (!located) {
        Optional<Path> folder = source.folder();
        folder.ifPresent(monitor::folder);
        located = folder.isPresent();
      }
      rows = source.rows();
      List<RunMonitor.Row> news = rows.subList(Math.min(passedOn, rows.size()), rows.size());
      passedOn = rows.size();
      news.forEach(row -> latest.putAll(row.metrics()));
      return news.isEmpty() ? Order.CONTINUE : monitor.rows(List.copyOf(news));
    }

    Map<String, Double> best(Optional<Metric> metric) {
      if (metric.isEmpty()) {
        return latest;
      }
      Map<String, Double> best = latest;
      double least = Double.POSITIVE_INFINITY;
      for (RunMonitor.Row row : rows) {
        double cost =
            metric.get().cost(row.metrics().getOrDefault(metric.get().name(), Double.NaN));
        if (cost < least) {
          least = cost;
          best = row.metrics();
        }
      }
      return best;
    }
  }
}
