package org.ldctbench.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.ldctbench.bench.BenchRow.Figures;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Measures the building of a slice cache, and peers that read the same files, in turn. */
public final class CacheBench {
  /** Sums of exact integers, rounded once. */
  private static final double AGREEMENT = 1e-6;

  private final int repeats;
  private final Machine machine;
  private final Consumer<String> log;

  public CacheBench(int repeats, Machine machine, Consumer<String> log) {
    this.repeats = repeats;
    this.machine = machine;
    this.log = log;
  }

  /**
   * @param pairs of files, at least 1
   * @param threads one measurement each
   * @return times for one file; ratios are for each core, as peers read with one
   * @throws UserException OUTPUT if the temporary files cannot be written
   */
  public List<BenchRow> run(int pairs, List<Integer> threads, Peers peers) {
    try (TemporaryFolder folder = new TemporaryFolder()) {
      CacheFiles files = CacheFiles.write(folder.path(), pairs);
      List<Contender> contenders = new ArrayList<>();
      List<Integer> cores = new ArrayList<>(threads);
      for (int count : threads) {
        contenders.add(new CacheContender(files, folder.path(), count));
      }
      contenders.addAll(peers.open(request(files), files.mean(), AGREEMENT * files.mean(), log));
      while (cores.size() < contenders.size()) {
        cores.add(1);
      }
      log.accept(
          "cache: time for one file, on disk at the end; the first build of each is not counted,"
              + " as Java still compiles then");
      return rows(
          contenders,
          cores,
          threads.size(),
          Turns.measure(contenders, repeats, log, CacheBench::warmUp));
    } catch (IOException | UncheckedIOException e) {
      throw new UserException(
          ExitCode.OUTPUT, "cannot write the temporary files of the benchmark: " + e, e);
    }
  }

  private static int warmUp(Contender contender) {
    contender.run(1);
    return 1;
  }

  private List<BenchRow> rows(
      List<Contender> contenders, List<Integer> cores, int ours, List<Samples> samples) {
    List<Samples> peers = samples.subList(ours, samples.size());
    double pixels = (double) CacheFiles.EDGE * CacheFiles.EDGE;
    List<BenchRow> rows = new ArrayList<>();
    for (int c = 0; c < samples.size(); c++) {
      if (samples.get(c) == null) {
        continue;
      }
      Spread spread = samples.get(c).spread();
      double ms = spread.median();
      Samples ofAllCores = samples.get(c).times(cores.get(c));
      rows.add(
          new BenchRow(
              "cache",
              contenders.get(c).framework(),
              null,
              contenders.get(c).kernel(),
              null,
              1,
              CacheFiles.EDGE,
              cores.get(c),
              spread,
              pixels / ms * 1e-3,
              Figures.reading(2 * pixels / ms * 1e-3),
              c < ours ? Samples.fastestOver(peers, ofAllCores) : null,
              machine));
    }
    return rows;
  }

  private static ObjectNode request(CacheFiles files) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("do", "open");
    request.put("bench", "cache");
    request.put("data", files.folder().toString());
    return request;
  }
}
