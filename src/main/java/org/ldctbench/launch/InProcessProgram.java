package org.ldctbench.launch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.metrics.QualityMean;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.RunMonitor;
import org.ldctbench.sweep.RunMonitor.Order;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunRequest;
import org.ldctbench.sweep.RunState;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.train.Launch;
import org.ldctbench.train.LowDoseBaseline;
import org.ldctbench.train.Samples;
import org.ldctbench.train.Training;
import org.ldctbench.train.TrainingData;
import org.ldctbench.train.TrainingListener;
import org.ldctbench.train.TrainingResult;
import org.ldctbench.wandb.run.UploadEnd;

/**
 * Executes {@code ldctbench-train} in this process, with engine and data kept warm. Each of several
 * runs at once has an engine of its own; on one device they share the data set.
 */
public final class InProcessProgram implements Program {
  /** What a sweep file calls it. */
  public static final String NAME = "ldctbench-train";

  /** A run that is not sent by then is sent when the sweep is over. */
  private static final Duration UPLOAD_PATIENCE = Duration.ofMinutes(1);

  private final Optional<Metric> metric;
  private final Map<String, Object> overrides;
  private final Map<String, String> environment;
  private final Consumer<String> log;
  private final EngineOpener engines;
  private final Progress.Factory progress;

  /** One for every run that was ever under way at the same time as others; guarded by itself. */
  private final Deque<WarmTraining> idle = new ArrayDeque<>();

  /** Held while a data set is opened, which the first run does for the others as well. */
  private final Object opening = new Object();

  /** Threads that send what is left of runs that ended. */
  private final List<Thread> sending = new ArrayList<>();

  /**
   * Opens data set and engine at once where the configuration fixes them, so that what is missing
   * ends the sweep before its first run.
   *
   * @param overrides arguments that the sweep file does not have, such as engine and threads
   * @param environment of every run; WANDB_DIR says where run folders go, WANDB_SWEEP_ID how the
   *     sweep is called at the server
   */
  public InProcessProgram(
      SweepConfig config,
      Map<String, Object> overrides,
      Map<String, String> environment,
      EngineOpener engines,
      Progress.Factory progress,
      Consumer<String> log) {
    this.metric = config.metric();
    this.overrides = Map.copyOf(overrides);
    this.environment = Map.copyOf(environment);
    this.log = log;
    this.engines = engines;
    this.progress = progress;
    boolean fixedData =
        config.space().varying().stream()
            .noneMatch(one -> one.name().equals("datafolder") || one.name().equals("info"));
    if (fixedData) {
      double[] middle = new double[config.space().varying().size()];
      java.util.Arrays.fill(middle, 0.5);
      WarmTraining first = take();
      try {
        first.data(arguments(config.space().arguments(config.space().quantiles(middle)), "sweep"));
      } finally {
        giveBack(first);
      }
    }
  }

  private WarmTraining take() {
    synchronized (idle) {
      return idle.isEmpty()
          ? new WarmTraining(engines, environment, progress, log)
          : idle.removeLast();
    }
  }

  private void giveBack(WarmTraining warm) {
    synchronized (idle) {
      idle.addLast(warm);
    }
  }

  @Override
  public RunOutcome execute(RunRequest request, RunMonitor monitor) {
    WarmTraining warm = take();
    try {
      return execute(request, monitor, warm);
    } catch (EngineException e) {
      if (e.kind() == EngineException.Cause.DEVICE_LOST) {
        throw new UserException(ExitCode.DEVICE_LOST, e.getMessage(), e);
      }
      throw e;
    } finally {
      giveBack(warm);
    }
  }

  private RunOutcome execute(RunRequest request, RunMonitor monitor, WarmTraining warm) {
    long begin = System.nanoTime();
    String who = "run " + request.number();
    TrainArguments given = arguments(request.parameters(), who);
    TrainingData data;
    synchronized (opening) {
      data = warm.data(given);
    }
    TrainArguments arguments = given.withDataFolder(data.source().given());
    Engine engine = warm.engine(given);
    Samples samples = data.samples(arguments);
    Watch watch = new Watch(monitor, who);
    Training training = new Training(engine, samples, arguments, watch);
    Launch launch =
        new Launch(
            environmentOf(request),
            commandLine(request),
            UploadEnd.beside(UPLOAD_PATIENCE, this::sendBeside));
    TrainingResult result =
        request.interrupted().isPresent()
            ? training.resume(
                RunFolder.find(request.interrupted().get().toString(), environment), launch)
            : training.start(launch);
    RunState state = state(result.state(), watch.order);
    int bestEpoch = (int) Math.max(0, result.bestIteration() / arguments.iterationsBeforeVal() - 1);
    return new RunOutcome(
        state,
        result.lastMetrics(),
        watch.best,
        baseline(engine, samples, bestEpoch),
        Optional.of(result.folder()),
        result.name(),
        (System.nanoTime() - begin) * 1e-9,
        state == RunState.FAILED ? "the training loss became infinite or not a number" : "");
  }

  @Override
  public void close() {
    synchronized (idle) {
      idle.forEach(WarmTraining::close);
      idle.clear();
    }
    settle();
  }

  @Override
  public void settle() {
    List<Thread> threads;
    synchronized (sending) {
      threads = List.copyOf(sending);
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next run trains while the server gets the rest of the last one. */
  private void sendBeside(Runnable rest) {
    Thread thread = new Thread(rest, "wandb-rest");
    thread.setDaemon(true);
    thread.start();
    synchronized (sending) {
      sending.add(thread);
    }
  }

  private TrainArguments arguments(Map<String, Object> parameters, String where) {
    Map<String, Object> all = new LinkedHashMap<>(parameters);
    all.putAll(overrides);
    return TrainArguments.fromMap(all, where);
  }

  private Map<String, String> environmentOf(RunRequest request) {
    Map<String, String> own = new HashMap<>(environment);
    own.put("WANDB_RUN_ID", request.runId());
    own.putIfAbsent("WANDB_SWEEP_ID", request.sweepId());
    return own;
  }

  /** The arguments as a W&B agent would give them. */
  private static List<String> commandLine(RunRequest request) {
    return request.parameters().entrySet().stream()
        .map(one -> "--" + one.getKey() + "=" + one.getValue())
        .toList();
  }

  private static RunState state(TrainingResult.State ended, Order order) {
    return switch (ended) {
      case FINISHED -> RunState.FINISHED;
      case DIVERGED -> RunState.FAILED;
      case STOPPED -> order == Order.STOP_EARLY ? RunState.STOPPED : RunState.INTERRUPTED;
    };
  }

  private static Map<String, Double> baseline(Engine engine, Samples samples, int epoch) {
    QualityMean quality = LowDoseBaseline.of(engine, samples, epoch);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("SSIM", quality.ssim());
    metrics.put("PSNR", quality.psnr());
    metrics.put("RMSE", quality.rmse());
    return metrics;
  }

  /** Passes epochs to the sweep and its orders to the training. */
  private final class Watch implements TrainingListener {
    private final RunMonitor monitor;
    private Map<String, Double> best = Map.of();
    private final String who;
    private volatile Order order = Order.CONTINUE;

    Watch(RunMonitor monitor, String who) {
      this.monitor = monitor;
      this.who = who;
    }

    @Override
    public void started(RunFolder folder) {
      monitor.folder(folder.path());
    }

    @Override
    public void warning(String text) {
      log.accept("warning: " + who + ": " + text);
    }

    @Override
    public void notice(String text) {
      log.accept(who + ": " + text);
    }

    @Override
    public void epoch(long iteration, Map<String, Double> metrics) {
      if (better(metrics)) {
        best = new LinkedHashMap<>(metrics);
      }
      if (order == Order.CONTINUE) {
        order = monitor.epoch(iteration, metrics);
      }
    }

    private boolean better(Map<String, Double> metrics) {
      if (best.isEmpty() || metric.isEmpty()) {
        return true;
      }
      double value = metrics.getOrDefault(metric.get().name(), Double.NaN);
      double known = best.getOrDefault(metric.get().name(), Double.NaN);
      return Double.isNaN(known) || metric.get().cost(value) < metric.get().cost(known);
    }

    @Override
    public boolean stopRequested() {
      if (order == Order.CONTINUE && monitor.interrupted()) {
        order = Order.INTERRUPT;
      }
      return order != Order.CONTINUE;
    }
  }
}
