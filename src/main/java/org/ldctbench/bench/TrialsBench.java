package org.ldctbench.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ldctbench.bench.BenchRow.Figures;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Precision;

/** Measures several trainings of one engine at once against the same one after the other. */
public final class TrialsBench {
  private final Engine engine;
  private final int threads;
  private final int repeats;
  private final Machine machine;

  public TrialsBench(Engine engine, int threads, int repeats, Machine machine) {
    this.engine = engine;
    this.threads = threads;
    this.repeats = repeats;
    this.machine = machine;
  }

  /**
   * @param trials how many trainers, at least 2
   * @return time of one step of one trial, at once and in turn; the ratio is between the two
   */
  public List<BenchRow> run(int trials, Precision precision, Shape shape) {
    BenchCase benchCase = new BenchCase(BenchKind.TRAIN_STEP, precision, shape);
    List<EngineContender> trainers = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(trials);
    try (TemporaryFolder folder = new TemporaryFolder()) {
      BenchData data = new BenchData(benchCase);
      for (int t = 0; t < trials; t++) {
        trainers.add(new EngineContender(engine, benchCase, data, folder.path()));
      }
      List<Contender> contenders = List.of(new AtOnce(trainers, pool), new InTurn(trainers));
      List<Samples> samples = Turns.measure(contenders, repeats, line -> {});
      List<BenchRow> rows = new ArrayList<>();
      for (int c = 0; c < samples.size(); c++) {
        Spread inTurn = c == 0 ? samples.get(1).over(samples.get(0)) : null;
        rows.add(row(contenders.get(c), precision, shape, samples.get(c).spread(), inTurn));
      }
      return rows;
    } catch (IOException e) {
      throw new UserException(ExitCode.OUTPUT, "cannot write the benchmark's data: " + e, e);
    } finally {
      pool.shutdownNow();
      trainers.forEach(EngineContender::close);
    }
  }

  private BenchRow row(
      Contender contender, Precision precision, Shape shape, Spread ms, Spread inTurn) {
    return new BenchRow(
        "trials",
        contender.framework(),
        engine.name(),
        contender.kernel(),
        precision.label(),
        shape.mbs(),
        shape.patch(),
        threads,
        ms,
        shape.pixels() / ms.median() * 1e-3,
        Figures.atOnce(1000 / ms.median(), inTurn),
        null,
        machine);
  }

  /** All trials train in threads of their own. */
  private record AtOnce(List<EngineContender> trainers, ExecutorService pool) implements Contender {
    @Override
    public String framework() {
      return "ldctbench";
    }

    @Override
    public String kernel() {
      return trainers.get(0).kernel() + ", " + trainers.size() + " at once";
    }

    @Override
    public double run(int times) {
      List<Callable<Double>> trials = new ArrayList<>();
      trainers.forEach(trainer -> trials.add(() -> trainer.run(times)));
      long start = System.nanoTime();
      try {
        for (Future<Double> trial : pool.invokeAll(trials)) {
          trial.get();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UserException(ExitCode.INTERRUPTED, "interrupted", e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof EngineException failure
            ? failure
            : new IllegalStateException(e.getCause());
      }
      return (System.nanoTime() - start) * 1e-6 / times / trainers.size();
    }
  }

  private record InTurn(List<EngineContender> trainers) implements Contender {
    @Override
    public String framework() {
      return "ldctbench";
    }

    @Override
    public String kernel() {
      return trainers.get(0).kernel() + ", one after the other";
    }

    @Override
    public double run(int times) {
      double ms = 0;
      for (EngineContender trainer : trainers) {
        ms += trainer.run(times);
      }
      return ms / trainers.size();
    }
  }
}
