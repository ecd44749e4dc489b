package org.ldctbench.wandb.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.wandb.FakeBackend;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.log.Items;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.log.TransactionLogWriter;
import org.ldctbench.wandb.proto.ConfigRecord;
import org.ldctbench.wandb.proto.HistoryRecord;
import org.ldctbench.wandb.proto.OutputRawRecord;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RunExitRecord;
import org.ldctbench.wandb.proto.RunRecord;
import org.ldctbench.wandb.proto.SummaryRecord;
import org.ldctbench.wandb.run.RunIdentity;
import org.ldctbench.wandb.run.UploadEnd;
import org.ldctbench.wandb.run.WandbRun;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.RunSync.Outcome;

/** Large and odd runs, and servers that are slow, gone or picky. */
@Timeout(120)
class BadWeatherTest {
  private static final Backoff QUICK = new Backoff(10, Duration.ofMillis(1));

  @TempDir Path root;
  private FakeBackend server;
  private final List<String> notices = new ArrayList<>();

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeBackend();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private interface Rows {
    void write(TransactionLogWriter log) throws IOException;
  }

  /** A log as any client may have written it. */
  private Path log(Map<String, ?> config, Rows rows) throws IOException {
    Path folder = Files.createDirectories(root.resolve("wandb/offline-run-20260101_120000-abcd"));
    try (TransactionLogWriter log =
        TransactionLogWriter.create(folder.resolve("run-abcd.wandb"), "abcd")) {
      log.append(
          Record.newBuilder()
              .setRun(
                  RunRecord.newBuilder()
                      .setRunId("abcd")
                      .setProject("p")
                      .setConfig(ConfigRecord.newBuilder().addAllUpdate(Items.of(config)))));
      rows.write(log);
      log.append(Record.newBuilder().setExit(RunExitRecord.getDefaultInstance()));
    }
    return folder;
  }

  private static Record.Builder row(Map<String, ?> values) {
    return Record.newBuilder().setHistory(HistoryRecord.newBuilder().addAllItem(Items.of(values)));
  }

  private Outcome sync(Path folder, Backoff backoff, Map<String, String> environment) {
    WandbSettings settings = server.settings(root, environment);
    RunApi api = new RunApi(new Connection(settings, backoff));
    return new RunSync(api, settings, notices::add).sync(folder, Destination.OWN);
  }

  private Outcome sync(Path folder) {
    return sync(folder, QUICK, Map.of());
  }

  @Test
  void aHundredThousandRowsArriveInOrder() throws IOException {
    int rows = 100_000;
    Path folder =
        log(
            Map.of(),
            log -> {
              for (int step = 0; step < rows; step++) {
                log.append(row(Map.of("_step", step, "loss (train)", 1.0 / (step + 1))));
              }
            });
    assertEquals(Outcome.UPLOADED, sync(folder));
    FakeBackend.Run run = server.runs.get("abcd");
    assertEquals(rows, run.history.size());
    for (long step : new long[] {0, 1, 77_777, rows - 1}) {
      assertEquals(step, JsonValues.read(run.history.get(step)).get("_step").asLong());
    }
    assertEquals(List.of(), server.violations);
  }

  @Test
  void textsOfAMillionCharactersArriveWhole() throws IOException {
    String text = "ä".repeat(1_000_000);
    Path folder =
        log(
            Map.of("long", text),
            log -> {
              log.append(row(Map.of("_step", 0, "note", text)));
              log.append(
                  Record.newBuilder()
                      .setOutputRaw(OutputRawRecord.newBuilder().setLine(text + "\n")));
            });
    assertEquals(Outcome.UPLOADED, sync(folder));
    FakeBackend.Run run = server.runs.get("abcd");
    assertEquals(text, run.config.get("long").get("value").asText());
    assertEquals(text, JsonValues.read(run.history.get(0L)).get("note").asText());
    assertTrue(run.output.get(0L).endsWith(text));
  }

  @Test
  void aRowThatTheServerCannotTakeIsLeftOutWithAWord() throws IOException {
    Path folder =
        log(
            Map.of(),
            log -> {
              log.append(row(Map.of("_step", 0, "note", "x".repeat(10_000_000))));
              log.append(row(Map.of("_step", 1)));
            });
    assertEquals(Outcome.UPLOADED, sync(folder));
    assertEquals(List.of("{\"_step\":1}"), List.copyOf(server.runs.get("abcd").history.values()));
    assertTrue(notices.toString().contains("1 lines above 10 MB"), notices.toString());
  }

  @Test
  void oddKeysAndNumbersArriveAsTheyAre() throws IOException {
    Map<String, Object> odd = new LinkedHashMap<>();
    odd.put("loss (train)", Double.NaN);
    odd.put("a.b", Double.POSITIVE_INFINITY);
    odd.put("a/b", Double.NEGATIVE_INFINITY);
    odd.put("Größe ₂ 😀", 1e-300);
    odd.put("", 0);
    odd.put("quote\"back\\slash\n", -0.0);
    Path folder =
        log(
            odd,
            log -> {
              Map<String, Object> first = new LinkedHashMap<>(odd);
              first.put("_step", 0);
              log.append(row(first));
              log.append(
                  Record.newBuilder()
                      .setSummary(SummaryRecord.newBuilder().addAllUpdate(Items.of(odd))));
            });
    assertEquals(Outcome.UPLOADED, sync(folder));
    FakeBackend.Run run = server.runs.get("abcd");
    JsonNode row = JsonValues.read(run.history.get(0L));
    for (Map.Entry<String, Object> entry : odd.entrySet()) {
      double expected = ((Number) entry.getValue()).doubleValue();
      assertEquals(expected, row.get(entry.getKey()).doubleValue(), entry.getKey());
      assertEquals(expected, run.summary.get(entry.getKey()).doubleValue());
      assertEquals(expected, run.config.get(entry.getKey()).get("value").doubleValue());
    }
  }

  @Test
  void anOutageOfHundredsOfRequestsLosesNothing() throws IOException {
    server.faults = n -> n > 2 && n < 300 ? 0 : -1;
    Path folder = log(Map.of(), log -> log.append(row(Map.of("_step", 0))));
    assertEquals(
        Outcome.UPLOADED, sync(folder, new Backoff(10_085, Duration.ofMillis(1)), Map.of()));
    assertEquals(1, server.runs.get("abcd").history.size());
    assertEquals(List.of(), server.violations);
  }

  @Test
  void aConflictWhileTheRunIsCreatedPasses() throws IOException {
    server.faults = n -> n == 2 ? 409 : -1;
    Path folder = log(Map.of(), log -> log.append(row(Map.of("_step", 0))));
    assertEquals(Outcome.UPLOADED, sync(folder));
  }

  @ParameterizedTest
  @CsvSource({"409", "410", "413", "422", "501"})
  void otherRefusalsOfTheStreamAreForGood(int status) throws IOException {
    server.refusals.put("file_stream", status);
    Path folder = log(Map.of(), log -> log.append(row(Map.of("_step", 0))));
    assertEquals(Outcome.FAILED, sync(folder));
    assertEquals(1, server.requests("file_stream"));
    assertTrue(notices.get(notices.size() - 1).contains("answered " + status), notices.toString());
  }

  @Test
  void aSlowServerDoesNotSlowTheProgram() throws Exception {
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-efgh");
    RunIdentity identity =
        RunIdentity.of(settings, folder, "efgh", "name", "p", List.of(), Map.of(), "t", List.of());
    server.slowMillis = 1_000;
    UploadEnd end = UploadEnd.here(Duration.ofSeconds(30));
    try (WandbRun run = WandbRun.start(settings, identity, end, notices::add)) {
      long begin = System.nanoTime();
      for (int step = 1; step <= 20; step++) {
        run.log(step, Map.of("SSIM", step));
      }
      assertEquals(0, server.runs.size(), "20 rows were logged before the first answers");
      assertTrue(System.nanoTime() - begin < 2_000_000_000L);
      run.finish(0);
    }
    assertEquals(20, server.runs.get("efgh").history.size());
    assertEquals("finished", server.runs.get("efgh").state);
  }

  @Test
  void rowsDoNotWaitForAStorageThatIsGone() throws Exception {
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-efgh");
    RunIdentity identity =
        RunIdentity.of(settings, folder, "efgh", "name", "p", List.of(), Map.of(), "t", List.of());
    server.refusals.put("upload", 503);
    try (WandbRun run =
        WandbRun.start(settings, identity, UploadEnd.here(Duration.ofSeconds(30)), notices::add)) {
      Files.writeString(folder.resolve("files/image.png"), "png");
      run.announceFile("image.png");
      run.log(1, Map.of("SSIM", 1));
      waitFor(() -> server.runs.containsKey("efgh") && !server.runs.get("efgh").history.isEmpty());
      assertEquals(Map.of(), server.runs.get("efgh").files);
      server.refusals.clear();
      run.finish(0);
    }
    assertEquals("png", server.runs.get("efgh").files.get("image.png").utf8());
    assertEquals("finished", server.runs.get("efgh").state);
  }

  @Test
  void theEndOfTheProgramDoesNotWaitForABackoffThatBeganLongAgo() throws Exception {
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = log(Map.of(), log -> log.append(row(Map.of("_step", 0))));
    server.faults = n -> 500;
    LiveUpload upload =
        LiveUpload.start(
            settings,
            folder.resolve("run-abcd.wandb"),
            new Backoff(10, Duration.ofMinutes(10)),
            notices::add);
    waitFor(() -> server.requests() == 1);
    server.faults = n -> -1;
    upload.finish(Duration.ofMinutes(1), true, () -> false);
    assertEquals("finished", server.runs.get("abcd").state);
  }

  @Test
  void theEndOfARunNeedNotBeWaitedForByTheNext() throws Exception {
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-efgh");
    RunIdentity identity =
        RunIdentity.of(settings, folder, "efgh", "name", "p", List.of(), Map.of(), "t", List.of());
    server.refusals.put("file_stream", 503);
    List<Runnable> waits = new ArrayList<>();
    UploadEnd end = UploadEnd.beside(Duration.ofSeconds(30), waits::add);
    try (WandbRun run = WandbRun.start(settings, identity, end, notices::add)) {
      run.log(1, Map.of("SSIM", 1));
      run.finish(0);
    }
    assertEquals(1, waits.size());
    assertTrue(RunLock.tryLock(folder).isEmpty(), "still being sent");
    server.refusals.clear();
    waits.get(0).run();
    assertEquals("finished", server.runs.get("efgh").state);
    RunLock.tryLock(folder).orElseThrow().close();
  }

  private static void waitFor(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(20);
    }
    assertTrue(condition.getAsBoolean());
  }

  @Test
  void aServerThatAsksForAPauseGetsIt() throws IOException {
    server.retryAfter = 1;
    server.faults = n -> n == 1 ? 429 : -1;
    Path folder = log(Map.of(), log -> log.append(row(Map.of("_step", 0))));
    long begin = System.nanoTime();
    assertEquals(Outcome.UPLOADED, sync(folder));
    assertTrue(System.nanoTime() - begin >= 1_000_000_000L);
  }

  @Test
  void requestsGoThroughTheProxyOfTheEnvironment() throws IOException {
    Path folder = log(Map.of(), log -> log.append(row(Map.of("_step", 0))));
    Map<String, String> behindProxy =
        Map.of("WANDB_BASE_URL", "http://wandb.invalid", "http_proxy", server.url());
    assertEquals(Outcome.UPLOADED, sync(folder, QUICK, behindProxy));
    assertEquals(1, server.runs.get("abcd").history.size());
  }

  @ParameterizedTest
  @CsvSource({"WANDB_SILENT, false, false", "WANDB_QUIET, false, true", "WANDB_NOTES, true, true"})
  void silentAndQuietRunsTellLess(String variable, boolean page, boolean problem)
      throws IOException {
    WandbSettings settings = server.settings(root, Map.of(variable, "true"));
    server.faults = n -> n > 2 ? 403 : -1;
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-efgh");
    RunIdentity identity =
        RunIdentity.of(settings, folder, "efgh", "name", "p", List.of(), Map.of(), "t", List.of());
    try (WandbRun run =
        WandbRun.start(settings, identity, UploadEnd.here(Duration.ofSeconds(30)), notices::add)) {
      run.log(1, Map.of("SSIM", 1));
      run.finish(0);
    }
    assertEquals(page, notices.stream().anyMatch(line -> line.contains("/runs/efgh")));
    assertEquals(problem, notices.stream().anyMatch(line -> line.contains("wandb sync")));
  }

  @Test
  void aRunThatCannotBeginGivesItsFolderFree() throws IOException {
    WandbSettings settings = server.settings(root, Map.of("WANDB_MODE", "offline"));
    Path folder = settings.wandbFolder().resolve("offline-run-20260101_120000-efgh");
    Files.createDirectories(folder.resolve("run-efgh.wandb")); // Not a file.
    RunIdentity identity =
        RunIdentity.of(settings, folder, "efgh", "name", "p", List.of(), Map.of(), "t", List.of());
    boolean begun;
    try (WandbRun run =
        WandbRun.start(settings, identity, UploadEnd.here(Duration.ofSeconds(30)), notices::add)) {
      begun = run != null;
    } catch (org.ldctbench.common.UserException e) {
      begun = false;
    }
    assertFalse(begun);
    try (RunLock lock = RunLock.tryLock(folder).orElseThrow()) {
      assertTrue(Files.exists(folder.resolve("logs")), lock.toString());
    }
  }
}
