package org.ldctbench.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.binding.Engines;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.Patient;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.Trainer;
import org.ldctbench.train.DataSource;
import org.ldctbench.train.TrainingData;

class BenchRunTest {
  private static final Machine MACHINE = new Machine(null, "Some CPU", "abc", "2026-01-02");
  private static final BenchCase TINY =
      new BenchCase(BenchKind.TRAIN_STEP, Precision.FP32, new Shape(1, 16));

  @TempDir Path folder;
  private final List<String> log = new ArrayList<>();

  /** A stand-in for an interpreter: answers every open and every run with a fixed line. */
  private String peer(String open, String run) throws IOException {
    Path script = folder.resolve("peer.sh");
    Files.writeString(
        script,
        """
        #!/bin/sh
        while read -r line; do
          case "$line" in
            *'"do":"open"'*) echo '%s' ;;
            *) echo '%s' ;;
          esac
        done
        """
            .formatted(open, run));
    assertTrue(script.toFile().setExecutable(true));
    return script.toString();
  }

  private List<BenchRow> trainStep(String python) {
    return measured(TINY, List.of(1), python == null ? List.of() : List.of("pytorch"), python);
  }

  private List<BenchRow> measured(
      BenchCase benchCase, List<Integer> threads, List<String> peers, String python) {
    List<BenchSetup> setups = new ArrayList<>();
    try {
      for (int count : threads) {
        Engine engine = Engines.open("cpu", count, 0, line -> {});
        setups.add(BenchSetup.start(engine, count, peers, python));
      }
      return new BenchRunner(setups, 1, MACHINE, log::add).run(benchCase);
    } finally {
      setups.forEach(BenchSetup::close);
    }
  }

  private static double secondLoss() throws IOException {
    try (TemporaryFolder temporary = new TemporaryFolder();
        Engine engine = Engines.open("cpu", 1, 0, line -> {});
        EngineContender ours =
            new EngineContender(engine, TINY, new BenchData(TINY), temporary.path())) {
      ours.once();
      return ours.once();
    }
  }

  @Test
  void aTrainingStepIsMeasured() {
    List<BenchRow> rows = trainStep(null);
    assertEquals(1, rows.size());
    BenchRow row = rows.get(0);
    assertEquals("train-step", row.bench());
    assertEquals("cpu", row.engine());
    assertTrue(row.ms().min() > 0 && row.ms().median() <= row.ms().max());
    assertEquals(256 / row.ms().median() * 1e-3, row.megapixelsPerSecond(), 1e-9);
    assertTrue(row.figures().peakShare() > 0);
    assertTrue(row.figures().memoryBytes() > 0);
    assertNull(row.ratioToBestPeer());
  }

  @Test
  void numbersOfThreadsTakeTurnsAndAreComparedWithTheFewest() throws IOException {
    String open = "{\"settings\": {\"a\": " + secondLoss() + "}, \"framework\": \"fake\"}";
    String python = peer(open, "{\"ms\": 80}");
    List<BenchRow> rows = measured(TINY, List.of(2, 1), List.of("pytorch"), python);
    assertEquals(List.of(1, 1, 2, 2), rows.stream().map(BenchRow::threads).toList());
    BenchRow one = rows.get(0);
    BenchRow two = rows.get(2);
    assertNull(one.figures().ratioToFewestThreads());
    assertEquals(
        one.ms().median() / two.ms().median(), two.figures().ratioToFewestThreads().median(), 1e-9);
    assertEquals(80 / two.ms().median(), two.ratioToBestPeer().median(), 1e-9);
    assertNull(rows.get(3).figures().ratioToFewestThreads());
  }

  @Test
  void slicesHoldWhatPeersAreGiven() throws IOException {
    BenchData data = new BenchData(TINY);
    try (TemporaryFolder temporary = new TemporaryFolder();
        Engine engine = Engines.open("cpu", 1, 0, line -> {});
        EngineContender ours = new EngineContender(engine, TINY, data, temporary.path());
        Trainer trainer =
            engine.createTrainer(
                Optimizer.adam(1e-4, 0.9, 0.999), Precision.FP32, BenchData.SCALE)) {
      trainer.setParameters(data.parameters);
      float loss = trainer.step(data.input, data.target, 1, 16, 16);
      assertEquals(loss, (float) ours.once());
    }
  }

  @Test
  void ssimIsTimedWithAndWithoutTheWayToTheEngine() {
    BenchCase pair = new BenchCase(BenchKind.SSIM, Precision.FP32, new Shape(2, 16));
    List<BenchRow> rows = measured(pair, List.of(1), List.of(), null);
    assertEquals(
        List.of("cpu, from Java's memory", "cpu, in the engine's memory"),
        rows.stream().map(BenchRow::kernel).toList());
    BenchRow resident = rows.get(1);
    assertTrue(resident.ms().min() > 0);
    assertEquals(8 * resident.megapixelsPerSecond(), resident.figures().megabytesPerSecond(), 1e-9);
  }

  @Test
  void trialsAtOnceAreComparedWithTrialsInTurn() {
    try (Engine engine = Engines.open("cpu", 1, 0, line -> {})) {
      List<BenchRow> rows =
          new TrialsBench(engine, 1, 1, MACHINE).run(3, Precision.FP32, new Shape(1, 16));
      assertEquals(2, rows.size());
      assertTrue(rows.get(0).kernel().endsWith(", 3 at once"), rows.get(0).kernel());
      assertEquals(
          rows.get(1).ms().median() / rows.get(0).ms().median(),
          rows.get(0).figures().ratioToInTurn().median(),
          1e-9);
    }
  }

  @Test
  void theRatioIsToTheBestSettingOfThePeer() throws IOException {
    String open =
        "{\"settings\": {\"a\": %1$s, \"b\": %1$s}, \"framework\": \"fake 1\", \"skipped\": {\"c\": \"no compiler\"}}"
            .formatted(secondLoss());
    List<BenchRow> rows = trainStep(peer(open, "{\"ms\": 80}"));
    assertEquals(List.of("a", "b"), rows.subList(1, 3).stream().map(BenchRow::kernel).toList());
    assertEquals("fake 1", rows.get(1).framework());
    assertEquals(new Spread(80, 80, 80), rows.get(1).ms());
    assertEquals(80 / rows.get(0).ms().median(), rows.get(0).ratioToBestPeer().median(), 1e-9);
    assertEquals(List.of("skipped 'c': no compiler"), log);
  }

  @Test
  void aSettingThatComputesSomethingElseIsLeftOut() throws IOException {
    double right = secondLoss();
    double wrong = right * 1.01 + 0.01;
    String two = "{\"settings\": {\"a\": %s, \"b\": %s}, \"framework\": \"fake\"}";
    List<BenchRow> rows = trainStep(peer(two.formatted(right, wrong), "{\"ms\": 80}"));
    assertEquals(
        List.of("a"), rows.subList(1, rows.size()).stream().map(BenchRow::kernel).toList());
    assertTrue(log.get(0).startsWith("left out: 'b' computes something else"), log.get(0));
    String none = peer(two.formatted(wrong, wrong), "{}");
    UserException problem = assertThrows(UserException.class, () -> trainStep(none));
    assertEquals(ExitCode.INTERNAL, problem.code());
    assertTrue(problem.getMessage().contains("computes something else"), problem.getMessage());
  }

  @Test
  void aPeerThatFailsAmidTheMeasurementDoesNotCostUsOurs() throws IOException {
    String open = "{\"settings\": {\"a\": " + secondLoss() + "}, \"framework\": \"fake\"}";
    List<BenchRow> rows = trainStep(peer(open, "{\"error\": \"out of memory\"}"));
    assertEquals(List.of("ldctbench"), rows.stream().map(BenchRow::framework).toList());
    assertNull(rows.get(0).ratioToBestPeer());
    trainStep(peer(open, "{}"));
    assertEquals(
        List.of(
            "left out: peer 'pytorch': out of memory",
            "left out: peer 'pytorch' measured 0.0 ms with a"),
        log);
  }

  @Test
  void aPeerWithoutSettingsIsRefused() throws IOException {
    String idle = peer("{\"settings\": {}, \"framework\": \"fake\"}", "{}");
    UserException problem = assertThrows(UserException.class, () -> trainStep(idle));
    assertEquals("the peer can run none of its settings", problem.getMessage());
  }

  @Test
  void aPeerSaysWhatItLacks() throws IOException {
    String python = peer("{\"error\": \"No module named torch\"}", "{}");
    UserException problem = assertThrows(UserException.class, () -> trainStep(python));
    assertEquals(ExitCode.USAGE, problem.code());
    assertEquals("peer 'pytorch': No module named torch", problem.getMessage());
  }

  @Test
  void aPeerThatEndsIsNoticedAndQuoted() throws IOException {
    UserException problem = assertThrows(UserException.class, () -> trainStep("true"));
    assertEquals(ExitCode.USAGE, problem.code());
    assertEquals("peer 'pytorch' ended without an answer", problem.getMessage());
    Path script = folder.resolve("dies.sh");
    Files.writeString(script, "#!/bin/sh\necho Traceback >&2\necho no driver >&2\n");
    assertTrue(script.toFile().setExecutable(true));
    problem = assertThrows(UserException.class, () -> trainStep(script.toString()));
    assertEquals("peer 'pytorch' ended without an answer: no driver", problem.getMessage());
  }

  @Test
  void aPeerThatFailsDoesNotKeepTheOthersFromBeingMeasured() throws IOException {
    String open = "{\"settings\": {\"a\": " + secondLoss() + "}, \"framework\": \"fake\"}";
    String answer = "case \"$line\" in *open*) echo '" + open + "';; *) echo '{\"ms\": 80}';; esac";
    Path script = folder.resolve("by-name.sh");
    Files.writeString(
        script,
        """
        #!/bin/sh
        while read -r line; do
          case "$1" in *jax*) echo '{"error": "no GPU"}' ;; *) %s ;; esac
        done
        """
            .formatted(answer));
    assertTrue(script.toFile().setExecutable(true));
    List<BenchRow> rows = measured(TINY, List.of(1), List.of("jax", "pytorch"), script.toString());
    assertEquals(List.of("ldctbench", "fake"), rows.stream().map(BenchRow::framework).toList());
    assertEquals(List.of("left out: peer 'jax': no GPU"), log);
  }

  @Test
  void anUnknownPeerIsNamed() {
    UserException problem =
        assertThrows(
            UserException.class, () -> Peers.start(List.of("nobody"), "cnn10", "true").close());
    assertTrue(problem.getMessage().startsWith("no peer 'nobody'"), problem.getMessage());
  }

  @Test
  void readingIsComparedForEachCore() throws IOException {
    // 2047.5 is what the mean of uniform 12-bit values tends to; the peer has to state the true
    // one.
    double mean;
    try (TemporaryFolder temporary = new TemporaryFolder()) {
      mean = CacheFiles.write(temporary.path(), 1).mean();
    }
    assertEquals(2047.5, mean, 10);
    String python =
        peer("{\"settings\": {\"read\": " + mean + "}, \"framework\": \"fake\"}", "{\"ms\": 60}");
    List<BenchRow> rows;
    try (Peers peers = Peers.start(List.of("pydicom"), "read", python)) {
      rows = new CacheBench(1, MACHINE, log::add).run(1, List.of(1, 2), peers);
    }
    assertEquals(List.of(1, 2, 1), rows.stream().map(BenchRow::threads).toList());
    assertEquals(60 / rows.get(0).ms().median(), rows.get(0).ratioToBestPeer().median(), 1e-9);
    assertEquals(30 / rows.get(1).ms().median(), rows.get(1).ratioToBestPeer().median(), 1e-9);
    assertEquals(
        512 * 512 * 2 / rows.get(0).ms().median() * 1e-3,
        rows.get(0).figures().megabytesPerSecond(),
        1e-6);
  }

  @Test
  @Tag("drawing")
  void theLoopIsTimedWithItsOverhead() throws IOException {
    try (TemporaryFolder temporary = new TemporaryFolder();
        Engine engine = Engines.open("cpu", 1, 0, line -> {});
        Peers none = Peers.start(List.of(), "train", "true")) {
      CacheFiles files = CacheFiles.write(temporary.path(), 1);
      List<Patient> patients = files.info().train();
      InfoFile info = new InfoFile(2047.5, 1182, 0, 4095, false, patients, patients, List.of());
      DataSource source = new DataSource(info, files.folder(), "");
      Map<String, String> environment = Map.of("LDCTBENCH_CACHE", folder.toString());
      try (TrainingData data = TrainingData.open(source, engine, environment, Progress.SILENT)) {
        LoopBench bench = new LoopBench(engine, data, 1, 2, 3, MACHINE, log::add);
        BenchRow row = bench.run(Precision.FP32, new Shape(1, 16), none).get(0);
        assertEquals("train", row.bench());
        assertEquals(1000 / row.ms().median(), row.figures().iterationsPerSecond(), 1e-9);
        assertTrue(row.figures().overhead() > 0 && row.figures().overhead() < 1);
      }
    }
  }

  @Test
  void timeInTheEngineIsTrainingAndValidationOnly() {
    try (Engine engine = Engines.open("cpu", 1, 0, line -> {})) {
      TimedEngine timed = new TimedEngine(engine);
      try (Trainer trainer =
          timed.createTrainer(
              Optimizer.adam(1e-4, 0.9, 0.999), Precision.FP32, new PixelScale(0, 1))) {
        trainer.setParameters(InitialWeights.draw(1));
        trainer.predict(new float[256], 1, 16, 16);
        assertEquals(0, timed.nanos());
      }
    }
  }
}
