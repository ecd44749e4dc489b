package org.ldctbench.wandb.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.log.RunReader;
import org.ldctbench.wandb.log.TransactionLogReader;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.settings.WandbSettings;

class WandbRunTest {
  private static final String NAME = "20260101_120000-abcd1234";

  @TempDir Path root;
  private final List<String> notices = new ArrayList<>();

  private WandbSettings settings(Map<String, String> more) {
    Map<String, String> environment = new LinkedHashMap<>(Map.of("WANDB_MODE", "offline"));
    environment.putAll(more);
    return WandbSettings.load(environment, root, root);
  }

  private RunIdentity identity(WandbSettings settings, Map<String, Object> config) {
    return RunIdentity.of(
        settings,
        settings.wandbFolder().resolve("offline-run-" + NAME),
        "abcd1234",
        NAME,
        "ldct-benchmark",
        List.of("baseline"),
        config,
        "ldctbench-train",
        List.of("--lr", "0.1"));
  }

  private WandbRun start(Map<String, String> environment) {
    WandbSettings settings = settings(environment);
    return WandbRun.start(
        settings,
        identity(settings, Map.of("lr", 0.1)),
        UploadEnd.here(Duration.ofSeconds(30)),
        notices::add);
  }

  private Path log() {
    return root.resolve("wandb/offline-run-" + NAME + "/run-abcd1234.wandb");
  }

  @Test
  void aFinishedRunTellsConfigurationRowsSummaryAndExit() throws IOException {
    try (WandbRun run = start(Map.of())) {
      run.log(
          10,
          Map.of(
              "loss (train)",
              1e-5,
              "low dose",
              new WandbImages(
                  8, 4, List.of("media/images/low dose_10_a.png"), List.of("low dose"))));
      run.log(20, Map.of("SSIM", 0.7, "loss (train)", Double.NaN));
      run.console("training done\n");
      run.finish(0);
    }
    try (RunReader run = RunReader.open(log())) {
      assertEquals("ldct-benchmark", run.run().getProject());
      assertEquals(NAME, run.run().getDisplayName());
      assertEquals(List.of("baseline"), run.run().getTagsList());
      assertEquals("{\"lr\":0.1}", JsonValues.write(run.config()));
      assertEquals(2, run.history().size());
      ObjectNode first = run.history().get(0);
      assertEquals(10, first.get("_step").intValue());
      assertEquals(
          JsonValues.read(
              "{\"_type\":\"images/separated\",\"width\":8,\"height\":4,\"format\":\"png\","
                  + "\"count\":1,\"filenames\":[\"media/images/low dose_10_a.png\"],"
                  + "\"captions\":[\"low dose\"]}"),
          first.get("low dose"));
      assertTrue(first.get("_timestamp").doubleValue() > 1.7e9);
      ObjectNode summary = run.summary();
      assertEquals(0.7, summary.get("SSIM").doubleValue());
      assertTrue(Double.isNaN(summary.get("loss (train)").doubleValue()));
      assertEquals(first.get("low dose"), summary.get("low dose"));
      assertEquals(0, summary.get("_wandb").get("runtime").intValue());
      assertEquals(0, run.exitCode().orElseThrow());
    }
    assertEquals(List.of(), notices);
  }

  @Test
  void theFolderIsLaidOutAsTheOriginalDoes() throws IOException {
    start(Map.of()).finish(0);
    Path wandb = root.resolve("wandb");
    assertEquals(
        "offline-run-" + NAME, Files.readSymbolicLink(wandb.resolve("latest-run")).toString());
    assertEquals(
        "offline-run-" + NAME + "/logs/debug-internal.log",
        Files.readSymbolicLink(wandb.resolve("debug-internal.log")).toString());
    Path run = wandb.resolve("offline-run-" + NAME);
    assertEquals(
        "{\"starting_step\":0,\"starting_runtime\":0}",
        Files.readString(run.resolve("run-abcd1234.wandb.syncstate")));
    assertTrue(Files.isDirectory(run.resolve("files")) && Files.isDirectory(run.resolve("tmp")));
  }

  @Test
  void everyRowIsOnDiskWhenItIsLogged() throws IOException {
    try (WandbRun run = start(Map.of());
        RunReader reader = RunReader.open(log())) {
      for (int step = 1; step <= 3; step++) {
        run.log(step, Map.of("SSIM", step));
        reader.update();
        assertEquals(step, reader.history().size());
        assertTrue(reader.exitCode().isEmpty());
      }
    }
  }

  @Test
  void timesFollowOneClockThatNobodySets() throws IOException {
    try (WandbRun run = start(Map.of())) {
      for (int step = 1; step <= 20; step++) {
        run.log(step, Map.of("SSIM", step));
      }
    }
    try (RunReader reader = RunReader.open(log())) {
      ObjectNode first = reader.history().get(0);
      double begin = first.get("_timestamp").doubleValue() - first.get("_runtime").doubleValue();
      for (ObjectNode row : reader.history()) {
        // The time of day is asked once: read again it would differ by microseconds, or hours.
        double offset = row.get("_timestamp").doubleValue() - row.get("_runtime").doubleValue();
        assertEquals(begin, offset, 1e-6);
      }
    }
  }

  @Test
  void rowsThatGoBackAreDroppedWithANotice() throws IOException {
    try (WandbRun run = start(Map.of())) {
      run.log(5, Map.of("a", 1));
      run.log(5, Map.of("a", 2));
      run.log(4, Map.of("a", 3));
    }
    try (RunReader reader = RunReader.open(log())) {
      assertEquals(1, reader.history().size());
      assertEquals(1, reader.exitCode().orElseThrow(), "closed without finish is failed");
    }
    assertEquals(2, notices.size());
  }

  @Test
  void aStoppedRunGoesOnInItsLog() throws IOException {
    WandbRun first = start(Map.of());
    first.log(1, Map.of("a", 1));
    first.finish(143);
    Files.write(log(), new byte[] {1, 2, 3}, java.nio.file.StandardOpenOption.APPEND);
    WandbRun second = start(Map.of());
    second.log(2, Map.of("a", 2));
    second.finish(0);
    try (RunReader reader = RunReader.open(log())) {
      assertEquals("", reader.problem());
      assertEquals(2, reader.history().size());
      assertEquals(0, reader.exitCode().orElseThrow());
      assertTrue(
          reader.history().get(1).get("_runtime").doubleValue()
              >= reader.history().get(0).get("_runtime").doubleValue());
    }
    assertEquals(List.of(), numbersThatAreNotInOrder());
  }

  @Test
  void underAnAgentTheSweepDecides() throws IOException {
    Path parameters =
        Files.writeString(
            root.resolve("config-abcd1234.yaml"),
            "wandb_version: 1\n\nlr:\n  value: 1e-05\nnew:\n  value:\n  - 1\n  - a\n");
    WandbSettings settings =
        settings(
            Map.of(
                "WANDB_SWEEP_ID", "sw33p123",
                "WANDB_PROJECT", "other",
                "WANDB_SWEEP_PARAM_PATH", parameters.toString()));
    RunIdentity identity = identity(settings, Map.of("lr", 0.1, "mbs", 4));
    assertEquals("other", identity.project());
    assertEquals("sw33p123", identity.sweepId());
    assertEquals(Map.of("lr", 1e-5, "mbs", 4, "new", List.of(1, "a")), identity.config());
  }

  @Test
  void capturedOutputIsPrintedAndRecorded() throws IOException {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    try (WandbRun run = start(Map.of())) {
      PrintStream out = run.captureOutput(new PrintStream(screen, true, StandardCharsets.UTF_8));
      out.print("Grün ");
      out.println("und blau");
      run.captureError(out).println("warning");
    }
    assertEquals("Grün und blau\nwarning\n", screen.toString(StandardCharsets.UTF_8));
    List<String> lines = new ArrayList<>();
    try (TransactionLogReader log = TransactionLogReader.open(log())) {
      for (Optional<Record> r = log.poll(); r.isPresent(); r = log.poll()) {
        if (r.get().hasOutputRaw()) {
          lines.add(
              r.get().getOutputRaw().getOutputType() + " " + r.get().getOutputRaw().getLine());
        }
      }
    }
    assertEquals(List.of("STDOUT Grün und blau\n", "STDOUT warning\n", "STDERR warning\n"), lines);
  }

  @Test
  void disabledWritesNothing() {
    try (WandbRun run = start(Map.of("WANDB_MODE", "disabled"))) {
      run.log(1, Map.of("a", 1));
      run.console("x");
    }
    assertFalse(Files.exists(root.resolve("wandb")));
  }

  @Test
  void theKeyIsInNoFile() throws IOException {
    String key = "fedcba9876543210fedcba9876543210fedcba98";
    try (WandbRun run = start(Map.of("WANDB_API_KEY", key))) {
      run.log(1, Map.of("a", 1));
    }
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertFalse(bytes.contains(key), file.toString());
      }
    }
  }

  private List<Long> numbersThatAreNotInOrder() throws IOException {
    List<Long> wrong = new ArrayList<>();
    try (TransactionLogReader log = TransactionLogReader.open(log())) {
      long expected = 1;
      for (Optional<Record> r = log.poll(); r.isPresent(); r = log.poll()) {
        if (r.get().getNum() != expected++) {
          wrong.add(r.get().getNum());
        }
      }
    }
    return wrong;
  }
}
