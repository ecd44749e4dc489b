package org.ldctbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ldctbench.bench.BenchCase;
import org.ldctbench.bench.BenchKind;
import org.ldctbench.bench.BenchReport;
import org.ldctbench.bench.BenchRow;
import org.ldctbench.bench.BenchRunner;
import org.ldctbench.bench.BenchSetup;
import org.ldctbench.bench.CacheBench;
import org.ldctbench.bench.LoopBench;
import org.ldctbench.bench.Machine;
import org.ldctbench.bench.Peers;
import org.ldctbench.bench.Shape;
import org.ldctbench.bench.TrialsBench;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;
import org.ldctbench.simulate.SimulatedDataset;
import org.ldctbench.train.DataSource;
import org.ldctbench.train.TrainingData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ldctbench bench}: how fast this machine is, and how fast others are on it. */
@Command(
    name = "bench",
    description =
        "Measure training, prediction, SSIM and data reading, beside other frameworks if asked.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  ldctbench bench train-step --shape 16x64,68x92 --precision fp32,bf16",
      "  ldctbench bench train-step --peer pytorch --python peers/bin/python",
      "  ldctbench bench train-step --threads 1,2",
      "  ldctbench bench cache --peer pydicom --python peers/bin/python",
      "  ldctbench bench train --shape 16x64 --repeat 3",
      "  ldctbench bench trials --parallel 8 --engine cuda --shape 2x32",
      "  ldctbench bench predict --shape 1x512 --json"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Consumer<String> LOG = System.err::println;

  @Parameters(
      paramLabel = "WHAT",
      description = "train-step, predict, ssim, cache, train or trials")
  String what;

  @Option(names = "--engine", defaultValue = "auto", description = "auto, cpu or cuda")
  String engine;

  @Option(names = "--device", defaultValue = "0", description = "CUDA device")
  int device;

  @Option(
      names = "--kernels",
      defaultValue = "tuned",
      description = "whose kernels a GPU runs: tuned or cudnn")
  Kernels kernels;

  @Option(
      names = "--precision",
      split = ",",
      defaultValue = "fp32",
      description = "fp32, bf16, bf16x3, tf32; several with commas")
  List<Precision> precisions;

  @Option(
      names = "--shape",
      split = ",",
      description = "MBSxPATCH; several with commas (default: the shapes of the published tables)")
  List<String> shapes = List.of();

  @Option(
      names = "--threads",
      split = ",",
      description =
          "0 = all cores; several with commas (default: all cores, for cache one and all cores)")
  List<Integer> threads = List.of();

  @Option(names = "--repeat", defaultValue = "7", description = "samples for each median")
  int repeat;

  @Option(
      names = "--files",
      defaultValue = "200",
      description = "pairs of files for cache (default: ${DEFAULT-VALUE})")
  int pairs;

  @Option(
      names = "--datafolder",
      defaultValue = SimulatedDataset.NAME,
      description = "data set for train (default: ${DEFAULT-VALUE})")
  String dataFolder;

  @Option(
      names = "--iterations",
      defaultValue = "1000",
      description = "iterations of an epoch for train (default: ${DEFAULT-VALUE})")
  int iterations;

  @Option(
      names = "--parallel",
      defaultValue = "8",
      description = "trainers at once for trials (default: ${DEFAULT-VALUE})")
  int parallel;

  @Option(
      names = "--peer",
      description =
          "pytorch or jax, for cache pydicom, for train upstream or standin; measured in turn with us;"
              + " repeatable")
  List<String> peers = List.of();

  @Option(names = "--python", defaultValue = "python3", description = "interpreter of the peers")
  String python;

  @Option(names = "--json", description = "one JSON object a line instead of the table")
  boolean json;

  @Mixin TableFile table;

  @Mixin OutputOptions output;

  private final List<BenchRow> rows = new ArrayList<>();
  private UserException failure;

  @Override
  public Integer call() throws JsonProcessingException {
    requirePositive("--repeat", repeat);
    requirePositive("--files", pairs);
    requirePositive("--iterations", iterations);
    if (what.equals("cache")) {
      List<Integer> counts = threads.isEmpty() ? List.of(1, 0) : threads;
      try (Peers running = Peers.start(peers, "read", python)) {
        CacheBench bench = new CacheBench(repeat, Machine.here(), LOG);
        report(bench.run(pairs, cores(counts), running));
      }
    } else if (what.equals("train")) {
      for (int cores : cores(threads.isEmpty() ? List.of(0) : threads)) {
        loops(cores);
      }
    } else if (what.equals("trials")) {
      trials();
    } else {
      operations(kind(), cores(threads.isEmpty() ? List.of(0) : threads));
    }
    if (!json) {
      System.out.print(BenchReport.markdown(rows));
    }
    if (failure != null) {
      throw failure;
    }
    return rows.isEmpty() ? ExitCode.ENGINE.code() : ExitCode.OK.code();
  }

  private void operations(BenchKind kind, List<Integer> counts) throws JsonProcessingException {
    List<BenchSetup> setups = new ArrayList<>();
    try {
      for (int cores : counts) {
        Engine opened = TrainEngine.open(engine, cores, device, kernels, LOG);
        setups.add(BenchSetup.start(opened, cores, peers, python));
      }
      Machine machine = Machine.with(setups.get(0).engine());
      BenchRunner runner = new BenchRunner(setups, repeat, machine, LOG);
      for (Precision precision : precisions) {
        for (Shape shape : shapes(kind)) {
          BenchCase benchCase = new BenchCase(kind, precision, shape);
          report(measured(precision, shape, () -> runner.run(benchCase)));
        }
      }
    } finally {
      setups.forEach(BenchSetup::close);
    }
  }

  private void trials() throws JsonProcessingException {
    if (!peers.isEmpty()) {
      throw new UserException(ExitCode.USAGE, "trials has no peers; leave --peer out");
    }
    if (parallel < 2) {
      throw new UserException(ExitCode.USAGE, "--parallel must be at least 2");
    }
    int cores = cores(threads.isEmpty() ? List.of(0) : threads).get(0);
    try (Engine opened = TrainEngine.open(engine, cores, device, kernels, LOG)) {
      TrialsBench bench = new TrialsBench(opened, cores, repeat, Machine.with(opened));
      for (Precision precision : precisions) {
        for (Shape shape : parsed(shapes.isEmpty() ? List.of("2x32", "16x64") : shapes)) {
          report(measured(precision, shape, () -> bench.run(parallel, precision, shape)));
        }
      }
    }
  }

  private void loops(int cores) throws JsonProcessingException {
    Map<String, String> environment = System.getenv();
    DataSource source =
        DataSource.of(dataFolder, Optional.empty(), environment, output.progress(), LOG);
    try (Engine opened = TrainEngine.open(engine, cores, device, kernels, LOG);
        TrainingData data = TrainingData.open(source, opened, environment, output.progress());
        Peers running = Peers.start(peers, "train", python)) {
      LoopBench bench =
          new LoopBench(opened, data, cores, repeat, iterations, Machine.with(opened), LOG);
      for (Precision precision : precisions) {
        for (Shape shape : shapes.isEmpty() ? List.of(new Shape(16, 64)) : parsed(shapes)) {
          report(measured(precision, shape, () -> bench.run(precision, shape, running)));
        }
      }
    }
  }

  /**
   * Rows in JSON and in the table's file appear at once: a long benchmark that is interrupted has
   * told what it knows.
   */
  private void report(List<BenchRow> measured) throws JsonProcessingException {
    if (json) {
      for (BenchRow row : measured) {
        System.out.println(JSON.writeValueAsString(row));
      }
    }
    rows.addAll(measured);
    table.write(BenchReport.markdown(rows));
  }

  private static List<Integer> cores(List<Integer> counts) {
    int all = Runtime.getRuntime().availableProcessors();
    List<Integer> cores =
        counts.stream().map(count -> count == 0 ? all : count).distinct().toList();
    cores.forEach(count -> requirePositive("--threads", count));
    return cores;
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new UserException(ExitCode.USAGE, option + " must be at least 1");
    }
  }

  /**
   * None if the engine lacks the precision, or if the case failed, which does not stop the next.
   */
  private List<BenchRow> measured(
      Precision precision, Shape shape, Supplier<List<BenchRow>> bench) {
    try {
      return bench.get();
    } catch (EngineException e) {
      if (e.kind() == EngineException.Cause.OUT_OF_MEMORY) {
        return failed(precision, shape, new UserException(ExitCode.ENGINE, e.getMessage(), e));
      }
      if (e.kind() != EngineException.Cause.UNSUPPORTED) {
        throw e;
      }
      LOG.accept("skipped " + precision.label() + ": " + e.getMessage());
      return List.of();
    } catch (UserException e) {
      if (e.code() == ExitCode.INTERRUPTED) {
        throw e;
      }
      return failed(precision, shape, e);
    }
  }

  private List<BenchRow> failed(Precision precision, Shape shape, UserException problem) {
    LOG.accept("failed, " + precision.label() + " " + shape + ": " + problem.getMessage());
    failure = failure == null ? problem : failure;
    return List.of();
  }

  private BenchKind kind() {
    for (BenchKind kind : BenchKind.values()) {
      if (kind.label().equals(what)) {
        return kind;
      }
    }
    throw new UserException(
        ExitCode.USAGE,
        "cannot bench '" + what + "'; choose train-step, predict, ssim, cache, train or trials");
  }

  private List<Shape> shapes(BenchKind kind) {
    List<String> defaults =
        kind == BenchKind.TRAIN_STEP
            ? List.of("2x32", "16x64", "37x45", "68x92", "128x128")
            : List.of("1x512");
    return parsed(shapes.isEmpty() ? defaults : shapes);
  }

  private static List<Shape> parsed(List<String> shapes) {
    return shapes.stream().map(Shape::parse).toList();
  }
}
