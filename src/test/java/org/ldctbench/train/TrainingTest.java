package org.ldctbench.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.binding.Engines;
import org.ldctbench.checkpoint.Checkpoint;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.InitialWeights;
import org.ldctbench.metrics.EpochRecord;
import org.ldctbench.metrics.QualityMean;
import org.ldctbench.runlog.RunFolder;
import org.ldctbench.train.TrainingResult.State;
import org.ldctbench.wandb.log.RunReader;

class TrainingTest {
  private static final int EPOCHS = 4;
  private static final List<String> COMPARED =
      List.of("args.yaml", "Losses.csv", "Metrics.csv", "best_SSIM.pt", "resume.state");

  /** Drawing has tests of its own, and takes longer than all of this. */
  private static final RunRecord.Plots PLOTS =
      (files, epochs) -> Files.writeString(files.resolve("plots"), "" + epochs.size());

  @TempDir static Path data;
  @TempDir static Path reference;
  @TempDir Path base;

  private static Engine engine;
  private static Samples samples;
  private static TrainingResult undisturbed;

  @BeforeAll
  static void trainOnceWithoutDisturbance() throws IOException {
    engine = Engines.open("cpu", 1, 0, line -> {});
    samples = new TinySamples(engine, data);
    undisturbed = start(reference, arguments(Map.of()), new Watcher());
  }

  @AfterAll
  static void close() {
    samples.dataset().close();
    engine.close();
  }

  @Test
  void aRunLearnsAndLeavesEverythingTheOriginalLeaves() throws IOException {
    assertEquals(State.FINISHED, undisturbed.state());
    assertEquals(EPOCHS * TinySamples.ITERATIONS, undisturbed.iterations());
    Path files = undisturbed.folder().resolve("files");
    assertEquals("" + EPOCHS, Files.readString(files.resolve("plots")));
    List<String> losses = Files.readAllLines(files.resolve("Losses.csv"));
    assertEquals(1 + EPOCHS, losses.size());
    double first = Double.parseDouble(losses.get(1).split(",")[1]);
    double last = Double.parseDouble(losses.get(EPOCHS).split(",")[1]);
    assertTrue(last < first / 2, first + " to " + last);
    try (Stream<Path> images = Files.list(files.resolve("media/images"))) {
      // Three kinds of the first of two batches, per epoch.
      assertEquals(3 * EPOCHS, images.count());
    }
  }

  @Test
  void theKeptNetworkIsThatOfTheBestEpoch() {
    TrainedRun run = TrainedRun.load(undisturbed.folder());
    assertEquals(undisturbed.bestIteration(), run.iteration());
    assertEquals("adam", run.arguments().optimizer());
    Watcher watcher = new Watcher();
    TrainingResult again = start(base, arguments(Map.of()), watcher);
    Checkpoint kept = Checkpoint.read(again.folder().resolve("files/best_SSIM.pt"));
    assertEquals(run.iteration(), kept.iteration());
    assertArrayEquals(run.parameters(), kept.parameters());
    assertTrue(
        watcher.lines.contains(
            "Store network at iteration "
                + again.bestIteration()
                + " with SSIM: "
                + again.bestSsim()));
    assertEquals("Start training...", watcher.lines.get(0));
    assertEquals(undisturbed.lastMetrics(), again.lastMetrics());
    assertEquals(EPOCHS, watcher.epochs.size());
    assertEquals(again.lastMetrics(), watcher.epochs.get(EPOCHS - 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6, 7, 13, 18, 24})
  void aRunThatIsStoppedAndContinuedEndsBitIdentical(int iteration) throws IOException {
    Watcher stopping = new Watcher();
    stopping.stopAt = iteration;
    TrainingResult stopped = start(base, arguments(Map.of()), stopping);
    assertEquals(State.STOPPED, stopped.state());
    TrainingResult resumed = resume(stopped.folder(), arguments(Map.of()));
    assertSameRun(resumed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"progress 1", "progress 6", "epoch 6", "progress 7", "progress 24", "epoch 24"})
  void aRunThatIsKilledAndContinuedEndsBitIdentical(String moment) throws IOException {
    Watcher dying = new Watcher();
    dying.dieAt = moment;
    assertThrows(Killed.class, () -> start(base, arguments(Map.of()), dying));
    Path folder = base.resolve("wandb/latest-run").toRealPath();
    // A kill may also leave rows and files that the saved state knows nothing of.
    Files.writeString(folder.resolve("files/Losses.csv"), "Iteration,loss tr");
    Files.writeString(folder.resolve("files/.best_SSIM.pt.1.part"), "half");
    assertSameRun(resume(folder, arguments(Map.of())));
    assertFalse(Files.exists(folder.resolve("files/.best_SSIM.pt.1.part")));
  }

  @Test
  void continuingAFinishedRunChangesNothing() throws IOException {
    TrainingResult done = start(base, arguments(Map.of()), new Watcher());
    TrainingResult again = resume(done.folder(), arguments(Map.of()));
    assertEquals(done.bestSsim(), again.bestSsim());
    assertSameRun(again);
  }

  @Test
  void theRecordHoldsARowPerEpochAndTheArguments() throws IOException {
    List<JsonNode> rows = rows(undisturbed);
    assertEquals(EPOCHS, rows.size());
    JsonNode last = rows.get(EPOCHS - 1);
    undisturbed
        .lastMetrics()
        .forEach((key, value) -> assertEquals(value, last.get(key).asDouble()));
    assertEquals(1, last.get("low dose").get("count").asInt());
    assertEquals("high dose", last.get("high dose").get("captions").get(0).asText());
    Path log = undisturbed.folder().resolve("run-" + undisturbed.id() + ".wandb");
    try (RunReader record = RunReader.open(log)) {
      assertEquals(1e-3, record.config().get("lr").asDouble());
      assertEquals("adam", record.config().get("optimizer").asText());
      assertEquals(undisturbed.name(), record.run().getDisplayName());
    }
  }

  @Test
  void aRecordThatWasNotKeptAtFirstGetsTheEarlierEpochsWhenTheRunGoesOn() throws IOException {
    Watcher stopping = new Watcher();
    stopping.stopAt = 2 * TinySamples.ITERATIONS + 1;
    TrainingResult stopped =
        new Training(engine, samples, arguments(Map.of()), stopping, PLOTS)
            .start(launch(Map.of("WANDB_DIR", base.toString(), "WANDB_MODE", "disabled")));
    Path log = stopped.folder().resolve("run-" + stopped.id() + ".wandb");
    assertFalse(Files.exists(log));
    TrainingResult resumed = resume(stopped.folder(), arguments(Map.of()));
    assertEquals(
        rows(undisturbed).stream().map(row -> row.get("SSIM")).toList(),
        rows(resumed).stream().map(row -> row.get("SSIM")).toList());
  }

  @Test
  void aRecordThatCannotBeKeptIsToldAndTheRunGoesOn() throws IOException {
    Watcher stopping = new Watcher();
    stopping.stopAt = 3;
    TrainingResult stopped = start(base, arguments(Map.of()), stopping);
    Path log = stopped.folder().resolve("run-" + stopped.id() + ".wandb");
    Files.delete(log);
    Files.createDirectories(log.resolve("in the way"));
    Watcher watcher = new Watcher();
    TrainingResult resumed =
        new Training(engine, samples, arguments(Map.of()), watcher, PLOTS)
            .resume(
                RunFolder.find(stopped.folder().toString(), Map.of()),
                launch(Map.of("WANDB_MODE", "offline")));
    assertEquals(State.FINISHED, resumed.state());
    assertEquals(undisturbed.bestSsim(), resumed.bestSsim());
    assertEquals(1, watcher.warnings.size(), watcher.warnings.toString());
    assertTrue(watcher.warnings.get(0).contains("no W&B record"), watcher.warnings.toString());
  }

  @Test
  void changedArgumentsAreRefusedWhenContinuing() {
    TrainingResult done = start(base, arguments(Map.of()), new Watcher());
    UserException refused =
        assertThrows(
            UserException.class, () -> resume(done.folder(), arguments(Map.of("lr", 2e-3))));
    assertEquals(ExitCode.CONFIG, refused.code());
  }

  @Test
  void aDamagedStateIsRefused() throws IOException {
    TrainingResult done = start(base, arguments(Map.of()), new Watcher());
    Path state = done.folder().resolve("files/resume.state");
    byte[] bytes = Files.readAllBytes(state);
    bytes[bytes.length / 2] ^= 1;
    Files.write(state, bytes);
    UserException refused =
        assertThrows(UserException.class, () -> resume(done.folder(), arguments(Map.of())));
    assertEquals(ExitCode.DATA, refused.code());
  }

  @Test
  void aRunThatDivergesEndsCleanlyAndSaysWhere() {
    Watcher watcher = new Watcher();
    TrainingResult result = start(base, arguments(Map.of("optimizer", "sgd", "lr", 1e20)), watcher);
    assertEquals(State.DIVERGED, result.state());
    assertTrue(Double.isNaN(result.bestSsim()));
    assertTrue(watcher.warnings.get(0).startsWith("training diverged: the loss of iteration "));
    assertFalse(Files.exists(result.folder().resolve("files/Losses.csv")));
  }

  @Test
  void noIterationsWriteTheArgumentsAndNothingElse() throws IOException {
    TrainingResult result = start(base, arguments(Map.of("max_iterations", 0)), new Watcher());
    assertEquals(State.FINISHED, result.state());
    try (Stream<Path> files = Files.list(result.folder().resolve("files"))) {
      assertEquals(List.of("args.yaml"), files.map(f -> f.getFileName().toString()).toList());
    }
  }

  @Test
  void surprisesAreTold() {
    Watcher watcher = new Watcher();
    start(base, arguments(Map.of("max_iterations", 7, "weight_decay", 0.1)), watcher);
    assertEquals(
        "max_iterations 7 is rounded up to 12: whole epochs of 6", watcher.warnings.get(0));
    assertTrue(watcher.warnings.get(1).startsWith("weight_decay 0.1 is recorded but not applied"));
  }

  @Test
  void theBaselineIsTheQualityOfTheLowDoseImages() {
    QualityMean baseline = LowDoseBaseline.of(engine, samples, 0);
    float[] high = samples.highDose(samples.epoch(0).validation());
    float[] low = samples.lowDose(samples.epoch(0).validation());
    int pixels = high.length / 4;
    double rmse = 0;
    for (int image = 0; image < 4; image++) {
      double sum = 0;
      for (int i = image * pixels; i < (image + 1) * pixels; i++) {
        sum += (high[i] - low[i]) * (double) (high[i] - low[i]);
      }
      rmse += Math.sqrt(sum / pixels) / 4;
    }
    assertEquals(rmse, baseline.rmse(), 1e-6 * rmse);
    assertTrue(baseline.ssim() > 0 && baseline.ssim() < 1);
  }

  @Test
  void theFirstBestEpochIsKeptAndNaNNeverIs() {
    assertEquals(-1, BestEpoch.of(List.of()));
    assertEquals(1, BestEpoch.of(epochs(0.1, 0.5, 0.5, 0.2)));
    assertEquals(2, BestEpoch.of(epochs(Double.NaN, 0.5, 0.6, Double.NaN)));
    assertEquals(-1, BestEpoch.of(epochs(Double.NaN)));
    assertEquals(0, BestEpoch.of(epochs(-0.5)));
  }

  @Test
  void nativeCallsGrowToAQuarterOfASecond() {
    long[] now = {0};
    CallSize calls = new CallSize(() -> now[0]);
    int done = 0;
    int last = 0;
    for (int call = 0; call < 10; call++) {
      last = calls.begin(1_000_000);
      now[0] += last * 1_000_000L; // 1 ms each
      calls.end(last);
      done += last;
    }
    assertEquals(250, last);
    assertTrue(done > 1000);
    assertEquals(3, calls.begin(3));
  }

  @Test
  void theStartIsTheInitialWeightsOfTheSeed() throws IOException {
    Watcher watcher = new Watcher();
    watcher.stopAt = 0;
    TrainingResult stopped = start(base, arguments(Map.of("seed", 5)), watcher);
    ResumeState state = ResumeState.read(stopped.folder().resolve("files"));
    assertArrayEquals(InitialWeights.draw(5), state.parameters());
    assertEquals(0, state.optimizer().steps());
  }

  private static List<EpochRecord> epochs(double... ssim) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (double value : ssim) {
      epochs.add(new EpochRecord(epochs.size() + 1L, 1, 1, value, 1, 1));
    }
    return epochs;
  }

  private static void assertSameRun(TrainingResult result) throws IOException {
    assertEquals(State.FINISHED, result.state());
    for (String name : COMPARED) {
      assertArrayEquals(
          Files.readAllBytes(undisturbed.folder().resolve("files").resolve(name)),
          Files.readAllBytes(result.folder().resolve("files").resolve(name)),
          name);
    }
    assertEquals(images(undisturbed), images(result));
    assertEquals(rows(undisturbed), rows(result));
  }

  /** The W&B record without times. */
  private static List<JsonNode> rows(TrainingResult run) throws IOException {
    try (RunReader record = RunReader.open(run.folder().resolve("run-" + run.id() + ".wandb"))) {
      assertEquals(OptionalInt.of(0), record.exitCode());
      List<JsonNode> rows = new ArrayList<>(record.history());
      rows.forEach(row -> ((ObjectNode) row).remove(List.of("_runtime", "_timestamp")));
      return rows;
    }
  }

  private static List<String> images(TrainingResult run) throws IOException {
    try (Stream<Path> images = Files.list(run.folder().resolve("files/media/images"))) {
      return images.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static TrainingResult start(
      Path base, TrainArguments arguments, TrainingListener listener) {
    return new Training(engine, samples, arguments, listener, PLOTS)
        .start(launch(Map.of("WANDB_DIR", base.toString(), "WANDB_MODE", "offline")));
  }

  private static TrainingResult resume(Path folder, TrainArguments arguments) {
    return new Training(engine, samples, arguments, new Watcher(), PLOTS)
        .resume(
            RunFolder.find(folder.toString(), Map.of()), launch(Map.of("WANDB_MODE", "offline")));
  }

  private static Launch launch(Map<String, String> environment) {
    return new Launch(environment, List.of("--x=1"));
  }

  private static TrainArguments arguments(Map<String, Object> changes) {
    Map<String, Object> all = new HashMap<>();
    all.put("trainer", "cnn10");
    all.put("optimizer", "adam");
    all.put("lr", 1e-3);
    all.put("mbs", TinySamples.MBS);
    all.put("num_workers", 0);
    all.put("valsamples", 1);
    all.put("max_iterations", EPOCHS * TinySamples.ITERATIONS);
    all.put("iterations_before_val", TinySamples.ITERATIONS);
    all.put("patchsize", 16);
    all.putAll(changes);
    return TrainArguments.fromMap(all, "test");
  }

  /** What SIGKILL does: nothing more is done. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Watcher implements TrainingListener {
    final List<String> lines = new ArrayList<>();
    final List<String> warnings = new ArrayList<>();
    final List<Map<String, Double>> epochs = new ArrayList<>();
    long stopAt = Long.MAX_VALUE;
    String dieAt = "never 0";
    private long done;

    @Override
    public void line(String text) {
      lines.add(text);
    }

    @Override
    public void warning(String text) {
      warnings.add(text);
    }

    @Override
    public void progress(long iteration, long total, long newlyDone, double loss) {
      done = iteration;
      reached("progress", iteration);
    }

    @Override
    public void epoch(long iteration, Map<String, Double> metrics) {
      epochs.add(metrics);
      reached("epoch", iteration);
    }

    private void reached(String what, long iteration) {
      String[] moment = dieAt.split(" ");
      if (what.equals(moment[0]) && iteration >= Long.parseLong(moment[1])) {
        throw new Killed();
      }
    }

    @Override
    public boolean stopRequested() {
      return done >= stopAt;
    }
  }
}
