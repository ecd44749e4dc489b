package org.ldctbench.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.Precision;

/**
 * Measures cases on our engine and on peers in turn (A B A B), so that a machine that slows down
 * slows all of them down.
 */
public final class BenchRunner {
  /** A sample shorter than this says more about the clock than about the work. */
  private static final double SAMPLE_MILLIS = 150;

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
    Path folder = null;
    try (EngineContender ours = new EngineContender(engine, benchCase, data)) {
      List<Contender> contenders = new ArrayList<>(List.of(ours));
      if (!peers.all().isEmpty()) {
        folder = Files.createTempDirectory("ldctbench-bench");
        data.write(folder);
        double expected = ours.once();
        for (Peer peer : peers.all()) {
          Peer.Opened opened = peer.open(benchCase, folder, threads);
          requireAgreement(benchCase, expected, opened.firstValue());
          tellSkipped(opened.skipped());
          contenders.addAll(opened.contenders());
        }
      }
      return rows(benchCase, contenders, measure(contenders), ours.memoryBytes());
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT, "cannot write the benchmark's data for its peers: " + e, e);
    } finally {
      deleteFolder(folder);
    }
  }

  private double[][] measure(List<Contender> contenders) {
    int[] times = new int[contenders.size()];
    for (int c = 0; c < times.length; c++) {
      contenders.get(c).run(1); // warm-up: caches, compiled code, allocations
      double once = contenders.get(c).run(1);
      times[c] = (int) Math.max(1, Math.min(10_000, Math.ceil(SAMPLE_MILLIS / once)));
      contenders.get(c).run(times[c]);
    }
    double[][] samples = new double[contenders.size()][repeats];
    for (int r = 0; r < repeats; r++) {
      for (int c = 0; c < times.length; c++) {
        samples[c][r] = contenders.get(c).run(times[c]);
      }
    }
    return samples;
  }

  private List<BenchRow> rows(
      BenchCase benchCase, List<Contender> contenders, double[][] samples, long memory) {
    double bestPeer = Double.POSITIVE_INFINITY;
    for (int c = 1; c < samples.length; c++) {
      bestPeer = Math.min(bestPeer, Spread.of(samples[c]).median());
    }
    double peak =
        benchCase.kind().flopPerPixel() == 0 ? 0 : engine.measurePeak(benchCase.precision());
    List<BenchRow> rows = new ArrayList<>();
    for (int c = 0; c < samples.length; c++) {
      Spread ms = Spread.of(samples[c]);
      long pixels = benchCase.shape().pixels();
      double gflops = benchCase.kind().flopPerPixel() * pixels / ms.median() * 1e-6;
      boolean arithmetic = benchCase.kind().flopPerPixel() > 0;
      rows.add(
          new BenchRow(
              benchCase.kind().label(),
              contenders.get(c).framework(),
              c == 0 ? engine.name() : null,
              contenders.get(c).kernel(),
              benchCase.precision().label(),
              benchCase.shape().mbs(),
              benchCase.shape().patch(),
              threads,
              ms,
              pixels / ms.median() * 1e-3,
              arithmetic ? gflops : null,
              arithmetic ? gflops / peak : null,
              c == 0 ? memory : null,
              c == 0 && samples.length > 1 ? bestPeer / ms.median() : null,
              machine.commit(),
              machine.cpu(),
              machine.date()));
    }
    return rows;
  }

  private static void requireAgreement(BenchCase benchCase, double ours, double theirs) {
    double limit = AGREEMENT.get(benchCase.precision()) * Math.max(Math.abs(ours), 0.02);
    if (!(Math.abs(ours - theirs) <= limit)) {
      throw new UserException(
          ExitCode.INTERNAL,
          "the peer computes something else: "
              + theirs
              + " instead of "
              + ours
              + " for "
              + benchCase);
    }
  }

  private void tellSkipped(JsonNode skipped) {
    skipped
        .properties()
        .forEach(
            entry -> log.accept("skipped '" + entry.getKey() + "': " + entry.getValue().asText()));
  }

  private static void deleteFolder(Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // A temporary folder; the operating system will clear it.
    }
  }
}
