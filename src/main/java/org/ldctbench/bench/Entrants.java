package org.ldctbench.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.bench.BenchRow.Figures;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Precision;

/** What one setup sends into a case: our engine first, then the settings of its peers. */
final class Entrants implements AutoCloseable {
  /** Losses of equal computations differ by rounding only; bf16 rounds at 2^-8. */
  private static final Map<Precision, Double> AGREEMENT =
      new EnumMap<>(
          Map.of(
              Precision.FP32, 1e-4,
              Precision.BF16X3, 1e-3,
              Precision.TF32, 5e-3,
              Precision.BF16, 5e-2));

  private final BenchSetup setup;
  private final BenchCase benchCase;
  private final TemporaryFolder folder = new TemporaryFolder();
  private final EngineContender ours;
  private final List<Contender> contenders = new ArrayList<>();

  /**
   * @throws IOException if the data cannot be written for the peers
   */
  Entrants(BenchSetup setup, BenchCase benchCase, BenchData data, Consumer<String> log)
      throws IOException {
    this.setup = setup;
    this.benchCase = benchCase;
    try {
      ours = new EngineContender(setup.engine(), benchCase, data, folder.path());
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
    try {
      contenders.add(ours);
      if (benchCase.kind() == BenchKind.SSIM) {
        contenders.add(new ResidentSsim(setup.engine(), benchCase, data));
      }
      if (!setup.peers().all().isEmpty()) {
        data.write(folder.path());
        contenders.addAll(peers(log));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private List<Contender> peers(Consumer<String> log) {
    ours.once();
    double expected = ours.once();
    // Losses near zero are compared with this instead.
    double size = Math.max(Math.abs(expected), 0.02);
    return setup
        .peers()
        .open(
            benchCase.request(folder.path(), setup.threads(), setup.engine().name()),
            expected,
            AGREEMENT.get(benchCase.precision()) * size,
            log);
  }

  List<Contender> contenders() {
    return contenders;
  }

  /**
   * Ours first; ratios are filled in where there are peers.
   *
   * @param samples of each contender, null for those that failed
   * @param fewest times of our engine with fewer threads; null if none had fewer
   */
  List<BenchRow> rows(List<Samples> samples, Samples fewest, Machine machine) {
    List<Samples> peers = new ArrayList<>();
    for (int c = 0; c < samples.size(); c++) {
      if (!isOurs(contenders.get(c))) {
        peers.add(samples.get(c));
      }
    }
    boolean arithmetic = benchCase.kind().flopPerPixel() > 0;
    Double peak = arithmetic ? peak(benchCase.precision()) : null;
    Shape shape = benchCase.shape();
    boolean ssim = benchCase.kind() == BenchKind.SSIM;
    List<BenchRow> rows = new ArrayList<>();
    for (int c = 0; c < samples.size(); c++) {
      if (samples.get(c) == null) {
        continue;
      }
      Spread ms = samples.get(c).spread();
      boolean isOurs = isOurs(contenders.get(c));
      double gflops = benchCase.kind().flopPerPixel() * shape.pixels() / ms.median() * 1e-6;
      Figures figures = arithmetic ? Figures.arithmetic(gflops, peak) : Figures.NONE;
      if (contenders.get(c) instanceof ResidentSsim) {
        figures = Figures.reading(ResidentSsim.BYTES_A_PIXEL * shape.pixels() / ms.median() * 1e-3);
      }
      if (c == 0) {
        figures = ssim ? figures : figures.withMemory(ours.memoryBytes());
        figures = fewest == null ? figures : figures.withThreadRatio(fewest.over(samples.get(c)));
      }
      rows.add(
          new BenchRow(
              benchCase.kind().label(),
              contenders.get(c).framework(),
              isOurs ? setup.engine().name() : null,
              contenders.get(c).kernel(),
              (isOurs ? benchCase.precision() : peerPrecision()).label(),
              shape.mbs(),
              shape.patch(),
              isOurs || !ssim ? setup.threads() : 1, // scikit-image has one
              ms,
              shape.pixels() / ms.median() * 1e-3,
              figures,
              isOurs ? Samples.fastestOver(peers, samples.get(c)) : null,
              machine));
    }
    return rows;
  }

  /** Null if the engine does not know its limit in this precision. */
  private Double peak(Precision precision) {
    try {
      return setup.engine().measurePeak(precision);
    } catch (EngineException e) {
      if (e.kind() != EngineException.Cause.UNSUPPORTED) {
        throw e;
      }
      return null;
    }
  }

  /** Nobody else splits products: peers compute in float32 instead. */
  private Precision peerPrecision() {
    return benchCase.precision() == Precision.BF16X3 ? Precision.FP32 : benchCase.precision();
  }

  private static boolean isOurs(Contender contender) {
    return contender.framework().equals(EngineContender.FRAMEWORK);
  }

  @Override
  public void close() throws IOException {
    ours.close();
    folder.close();
  }
}
