package org.ldctbench.wandb.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.wandb.FakeBackend;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.run.RunIdentity;
import org.ldctbench.wandb.run.UploadEnd;
import org.ldctbench.wandb.run.WandbImages;
import org.ldctbench.wandb.run.WandbRun;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.RunSync.Outcome;

class UploadTest {
  private static final Backoff QUICK = new Backoff(30, Duration.ofMillis(1));
  private static final String IMAGE = "media/images/low dose_1_a.png";

  @TempDir Path root;
  private FakeBackend server;
  private final List<String> notices = new CopyOnWriteArrayList<>();

  @BeforeEach
  void startServer() throws IOException {
    server = new FakeBackend();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private WandbSettings offline() {
    return server.settings(root, Map.of("WANDB_MODE", "offline"));
  }

  private Path offlineRun(String id, int rows, int exitCode) throws IOException {
    WandbSettings settings = offline();
    Path folder = settings.wandbFolder().resolve("offline-run-20260101_120000-" + id);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("lr", 1e-5);
    config.put("none", null);
    try (WandbRun run = start(settings, folder, id, config)) {
      Path image = folder.resolve("files").resolve(IMAGE);
      Files.createDirectories(image.getParent());
      Files.writeString(image, "png of " + id);
      for (int row = 1; row <= rows; row++) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("SSIM", row == 2 ? Double.NaN : row / 10.0);
        if (row == 1) {
          values.put("low dose", new WandbImages(8, 8, List.of(IMAGE), List.of()));
        }
        run.log(row, values);
        run.console("epoch 0\repoch " + row + "\n");
      }
      run.consoleError("no line end");
      run.finish(exitCode);
    }
    return folder;
  }

  private WandbRun start(
      WandbSettings settings, Path folder, String id, Map<String, Object> config) {
    String name = folder.getFileName().toString().replaceFirst("^(offline-)?run-", "");
    return WandbRun.start(
        settings,
        RunIdentity.of(
            settings, folder, id, name, "ldct-benchmark", List.of(), config, "train", List.of()),
        UploadEnd.here(Duration.ofSeconds(30)),
        notices::add);
  }

  private RunSync sync(WandbSettings settings) {
    return new RunSync(new RunApi(new Connection(settings, QUICK)), settings, notices::add);
  }

  @Test
  void anOfflineRunArrivesComplete() throws IOException {
    Path folder = offlineRun("abcd1234", 4, 0);
    assertEquals(Outcome.UPLOADED, sync(offline()).sync(folder, Destination.OWN));
    FakeBackend.Run run = server.runs.get("abcd1234");
    assertEquals("finished", run.state);
    assertEquals("20260101_120000-abcd1234", run.displayName);
    assertEquals(1e-5, run.config.get("lr").get("value").doubleValue());
    assertTrue(run.config.get("none").get("value").isNull());
    assertEquals(4, run.history.size());
    assertTrue(run.history.get(1L).contains("\"SSIM\":NaN,\"_step\":2"), run.history.get(1L));
    assertEquals(0.4, run.summary.get("SSIM").doubleValue());
    assertEquals(5, run.output.size());
    assertTrue(run.output.get(3L).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{15} epoch 4"));
    assertTrue(run.output.get(4L).matches("ERROR .* no line end"));
    assertEquals("png of abcd1234", run.files.get(IMAGE).utf8());
    String yaml = run.files.get("config.yaml").utf8();
    assertTrue(yaml.startsWith("_wandb:\n    value:\n        e:\n"), yaml);
    assertTrue(yaml.endsWith("\nlr:\n    value: 1.0E-5\nnone:\n    value: null\n"), yaml);
    JsonNode client = run.config.get("_wandb").get("value");
    assertTrue(client.get("e").elements().next().has("startedAt"), client.toString());
    assertEquals(
        "epoch 1\nepoch 2\nepoch 3\nepoch 4\nno line end\n", run.files.get("output.log").utf8());
    assertTrue(run.files.containsKey("wandb-summary.json"));
    assertTrue(run.files.get("wandb-metadata.json").utf8().contains("\"startedAt\":\"20"));
    assertEquals(List.of(), server.violations);
    assertTrue(Files.exists(folder.resolve("run-abcd1234.wandb.synced")));
  }

  @Test
  void aMarkedRunIsSkippedWithoutAnyRequest() throws IOException {
    Path folder = offlineRun("abcd1234", 1, 0);
    sync(offline()).sync(folder, Destination.OWN);
    int before = server.requests();
    assertEquals(Outcome.SKIPPED, sync(offline()).sync(folder, Destination.OWN));
    assertEquals(before, server.requests());
  }

  @Test
  void aRunThatGoesOnIsNotUploadedAsAKilledOne() throws IOException {
    WandbSettings settings = offline();
    Path folder = settings.wandbFolder().resolve("offline-run-20260101_120000-abcd1234");
    try (WandbRun run = start(settings, folder, "abcd1234", Map.of())) {
      run.log(1, Map.of("SSIM", 1));
      assertEquals(Outcome.FAILED, sync(settings).sync(folder, Destination.OWN));
      assertEquals(0, server.requests());
      run.finish(0);
    }
    assertEquals(Outcome.UPLOADED, sync(settings).sync(folder, Destination.OWN));
  }

  @Test
  void aKilledRunIsUploadedAsFailed() throws IOException {
    Path folder = offlineRun("abcd1234", 3, 0);
    Path log = RunSync.logOf(folder);
    byte[] whole = Files.readAllBytes(log);
    Files.write(log, java.util.Arrays.copyOf(whole, whole.length - 3));
    assertEquals(Outcome.UPLOADED, sync(offline()).sync(folder, Destination.OWN));
    FakeBackend.Run run = server.runs.get("abcd1234");
    assertEquals("failed", run.state);
    assertEquals(1, run.exitCode);
    assertEquals(3, run.history.size());
    assertTrue(notices.stream().anyMatch(line -> line.contains("ends within the record")));
  }

  @ParameterizedTest
  @CsvSource({"10, 3, 500", "2, 2, 503", "2, 3, 0", "2, 4, 429", "3, 3, -2", "3, 3, -3"})
  void runsArriveCompleteWhenEveryFewRequestsFail(int count, int every, int status)
      throws IOException {
    server.faults = n -> n % every == 0 ? status : -1;
    for (int i = 0; i < count; i++) {
      Path folder = offlineRun("faulty" + i, 5, 0);
      assertEquals(Outcome.UPLOADED, sync(offline()).sync(folder, Destination.OWN));
    }
    assertEquals(count, server.runs.size());
    for (FakeBackend.Run run : server.runs.values()) {
      assertEquals("finished", run.state);
      assertEquals(5, run.history.size());
      assertEquals(5, run.files.size());
    }
    assertEquals(List.of(), server.violations);
  }

  @Test
  void anInterruptedUploadContinuesAndSendsNothingTwice() throws IOException {
    Path folder = offlineRun("abcd1234", 5, 0);
    for (int refused = 1; refused <= 12; refused++) {
      int limit = server.requests() + 3;
      server.faults = n -> n == limit ? 403 : -1;
      if (sync(offline()).sync(folder, Destination.OWN) == Outcome.UPLOADED) {
        break;
      }
    }
    server.faults = n -> -1;
    Outcome last = sync(offline()).sync(folder, Destination.OWN);
    assertTrue(last != Outcome.FAILED);
    FakeBackend.Run run = server.runs.get("abcd1234");
    assertEquals("finished", run.state);
    assertEquals(5, run.history.size());
    assertFalse(run.uploadedTwice.contains(IMAGE));
    assertEquals(List.of(), server.violations);
  }

  @ParameterizedTest
  @CsvSource({"401, API key", "403, no permission", "404, not found", "400, answered 400"})
  void aRefusalForGoodIsToldInOneLineWithoutTheKey(int status, String word) throws IOException {
    server.faults = n -> status;
    Path folder = offlineRun("abcd1234", 1, 0);
    assertEquals(Outcome.FAILED, sync(offline()).sync(folder, Destination.OWN));
    assertEquals(1, server.requests(), "not tried again");
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).contains(word), notices.get(0));
    assertFalse(notices.get(0).contains(FakeBackend.KEY));
  }

  @Test
  void anOnlineRunIsSentBesideTheProgram() throws IOException {
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-abcd1234");
    WandbRun run = start(settings, folder, "abcd1234", Map.of("lr", 0.1));
    for (int step = 1; step <= 50; step++) {
      run.log(step, Map.of("SSIM", step));
    }
    run.finish(7);
    FakeBackend.Run there = server.runs.get("abcd1234");
    assertEquals(50, there.history.size());
    assertEquals(7, there.exitCode);
    assertEquals("failed", there.state);
    assertEquals(List.of(), server.violations);
    assertTrue(notices.get(0).contains(server.url() + "/me/ldct-benchmark/runs/abcd1234"));
    assertNoKeyBelow(root);
  }

  @Test
  void theServersWishToStopReachesTheProgram() throws Exception {
    server.stopRuns = true;
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-abcd1234");
    try (WandbRun run = start(settings, folder, "abcd1234", Map.of())) {
      run.log(1, Map.of("SSIM", 1));
      for (int i = 0; i < 200 && !run.stopRequested(); i++) {
        Thread.sleep(20);
      }
      assertTrue(run.stopRequested());
    }
  }

  @Test
  void aServerThatRefusesNeverStopsTheProgramAndTheRunCanBeSentLater() throws IOException {
    server.faults = n -> 404;
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = settings.wandbFolder().resolve("run-20260101_120000-abcd1234");
    WandbRun run = start(settings, folder, "abcd1234", Map.of());
    for (int step = 1; step <= 5; step++) {
      run.log(step, Map.of("SSIM", step));
    }
    run.finish(0);
    assertEquals(1, notices.size());
    assertTrue(notices.get(0).endsWith("ldctbench wandb sync " + folder), notices.get(0));
    server.faults = n -> -1;
    assertEquals(Outcome.UPLOADED, sync(offline()).sync(folder, Destination.OWN));
    assertEquals(5, server.runs.get("abcd1234").history.size());
    assertEquals("finished", server.runs.get("abcd1234").state);
  }

  @Test
  void aDeadServerIsGivenUpAtTheEndAfterAWhile() throws IOException {
    server.faults = n -> 500;
    WandbSettings settings = server.settings(root, Map.of());
    Path folder = offlineRun("abcd1234", 2, 0);
    LiveUpload upload =
        LiveUpload.start(
            settings,
            RunSync.logOf(folder),
            new Backoff(1000, Duration.ofMillis(50)),
            notices::add);
    upload.finish(Duration.ofMillis(500), true, () -> false);
    assertTrue(notices.get(0).contains("ldctbench wandb sync"), notices.toString());
  }

  @Test
  void ignoredFilesAndFilesOutsideStayHere() throws IOException {
    WandbSettings settings =
        server.settings(root, Map.of("WANDB_MODE", "offline", "WANDB_IGNORE_GLOBS", "*.pt"));
    Path folder = settings.wandbFolder().resolve("offline-run-20260101_120000-abcd1234");
    try (WandbRun run = start(settings, folder, "abcd1234", Map.of())) {
      Path files = folder.resolve("files");
      Files.createDirectories(files.resolve("sub"));
      for (String name : List.of("a.pt", "sub/b.pt", "c.csv", "../outside.txt")) {
        Files.writeString(files.resolve(name), name);
        run.announceFile(name);
      }
      run.announceFile("*.csv");
      run.announceFile("missing.txt");
      run.announceFile("bad[");
    }
    assertEquals(Outcome.UPLOADED, sync(settings).sync(folder, Destination.OWN));
    Map<String, ?> files = server.runs.get("abcd1234").files;
    assertTrue(files.containsKey("sub/b.pt") && files.containsKey("c.csv"), files.toString());
    assertFalse(files.containsKey("a.pt") || files.toString().contains("outside"));
  }

  private static void assertNoKeyBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(bytes.contains(FakeBackend.KEY), file.toString());
      }
    }
  }
}
