package org.ldctbench.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.bench.BenchRow.Figures;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Precision;

/** Measures single operations of our engine, and of peers in turn with it. */
public final class BenchRunner {
  /** Losses of equal computations differ by rounding only; bf16 rounds at 2^-8. */
  private static final Map<Precision, Double> AGREEMENT =
      new EnumMap<>(
          Map.of(
              Precision.FP32, 1e-4,
              Precision.BF16X3, 1e-3,
              Precision.TF32, 5e-3,
              Precision.BF16, 5e-2));

  private final Engine engine;
  private final int threads;
  private final int repeats;
  private final Machine machine;
  private final Consumer<String> log;

  public BenchRunner(
      Engine engine, int threads, int repeats, Machine machine, Consumer<String> log) {
    this.engine = engine;
    this.threads = threads;
    this.repeats = repeats;
    this.machine = machine;
    this.log = log;
  }

  /** Rows of one case, ours first; ratios are filled in where there are peers. */
  public List<BenchRow> run(BenchCase benchCase, Peers peers) {
    BenchData data = new BenchData(benchCase);
    try (TemporaryFolder folder = new TemporaryFolder();
        EngineContender ours = new EngineContender(engine, benchCase, data, folder.path())) {
      List<Contender> contenders = new ArrayList<>(List.of(ours));
      if (benchCase.kind() == BenchKind.SSIM) {
        contenders.add(new ResidentSsim(engine, benchCase, data));
      }
      if (!peers.all().isEmpty()) {
        data.write(folder.path());
        double expected = ours.once();
        // Losses near zero are compared with this instead.
        double size = Math.max(Math.abs(expected), 0.02);
        contenders.addAll(
            peers.open(
                benchCase.request(folder.path(), threads, engine.name()),
                expected,
                AGREEMENT.get(benchCase.precision()) * size,
                log));
      }
      return rows(benchCase, contenders, Turns.measure(contenders, repeats), ours.memoryBytes());
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT, "cannot write the benchmark's data for its peers: " + e, e);
    }
  }

  /** Null if the engine does not know its limit in this precision. */
  private Double peak(Precision precision) {
    try {
      return engine.measurePeak(precision);
    } catch (EngineException e) {
      if (e.kind() != EngineException.Cause.UNSUPPORTED) {
        throw e;
      }
      return null;
    }
  }

  private static boolean isOurs(Contender contender) {
    return contender.framework().equals(EngineContender.FRAMEWORK);
  }

  private List<BenchRow> rows(
      BenchCase benchCase, List<Contender> contenders, Spread[] spreads, long memory) {
    double bestPeer = Double.POSITIVE_INFINITY;
    for (int c = 0; c < spreads.length; c++) {
      if (!isOurs(contenders.get(c))) {
        bestPeer = Math.min(bestPeer, spreads[c].median());
      }
    }
    boolean arithmetic = benchCase.kind().flopPerPixel() > 0;
    Double peak = arithmetic ? peak(benchCase.precision()) : null;
    Shape shape = benchCase.shape();
    List<BenchRow> rows = new ArrayList<>();
    for (int c = 0; c < spreads.length; c++) {
      Spread ms = spreads[c];
      boolean ours = isOurs(contenders.get(c));
      double gflops = benchCase.kind().flopPerPixel() * shape.pixels() / ms.median() * 1e-6;
      Figures figures = arithmetic ? Figures.arithmetic(gflops, peak) : Figures.NONE;
      if (contenders.get(c) instanceof ResidentSsim) {
        figures = Figures.reading(ResidentSsim.BYTES_A_PIXEL * shape.pixels() / ms.median() * 1e-3);
      }
      rows.add(
          new BenchRow(
              benchCase.kind().label(),
              contenders.get(c).framework(),
              ours ? engine.name() : null,
              contenders.get(c).kernel(),
              benchCase.precision().label(),
              shape.mbs(),
              shape.patch(),
              threads,
              ms,
              shape.pixels() / ms.median() * 1e-3,
              c == 0 ? figures.withMemory(memory) : figures,
              ours && Double.isFinite(bestPeer) ? bestPeer / ms.median() : null,
              machine));
    }
    return rows;
  }
}
