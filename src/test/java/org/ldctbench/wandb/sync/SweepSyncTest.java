package org.ldctbench.wandb.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.wandb.FakeBackend;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.run.RunIdentity;
import org.ldctbench.wandb.run.UploadEnd;
import org.ldctbench.wandb.run.WandbRun;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.RunSync.Outcome;

class SweepSyncTest {
  private static final String CONFIG =
      "name: quick\nmethod: bayes\nproject: lab\nparameters:\n  lr:\n    min: 1e-05\n    max: 1\n";

  private static final SweepDraft DRAFT =
      new SweepDraft("", "lab", "quick", "a first try", CONFIG, "local123");

  @TempDir Path root;
  private FakeBackend server;
  private Path sweepFolder;

  @BeforeEach
  void anOfflineSweep() throws IOException {
    server = new FakeBackend();
    sweepFolder = Files.createDirectories(root.resolve("wandb/sweep-local123"));
    Files.writeString(sweepFolder.resolve("sweep.yaml"), CONFIG);
    for (int i = 0; i < 4; i++) {
      offlineRun("sweeprun" + i, "local123");
    }
    offlineRun("stranger", "");
    Files.createDirectories(root.resolve("wandb/run-without-log"));
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private void offlineRun(String id, String sweep) {
    WandbSettings settings =
        server.settings(root, Map.of("WANDB_MODE", "offline", "WANDB_SWEEP_ID", sweep));
    String name = "20260101_120000-" + id;
    Path folder = settings.wandbFolder().resolve("offline-run-" + name);
    try (WandbRun run =
        WandbRun.start(
            settings,
            RunIdentity.of(
                settings, folder, id, name, "p", List.of(), Map.of("lr", 1), "t", List.of()),
            UploadEnd.here(Duration.ofSeconds(30)),
            line -> {})) {
      run.log(1, Map.of("SSIM", 0.5));
      run.finish(0);
    }
  }

  private SweepSync.Result sync() throws ServerException {
    WandbSettings settings = server.settings(root, Map.of());
    Connection connection = new Connection(settings, new Backoff(5, Duration.ofMillis(1)));
    RunSync runs = new RunSync(new RunApi(connection), settings, line -> {});
    return new SweepSync(new SweepApi(connection), runs, settings, line -> {})
        .sync(sweepFolder, DRAFT, Destination.OWN);
  }

  @Test
  void theSweepShowsWithItsRunsAsIfItHadBeenOnline() throws ServerException {
    SweepSync.Result result = sync();
    assertEquals(Map.of(Outcome.UPLOADED, 4), result.runs());
    assertEquals(1, server.sweeps.size());
    FakeBackend.Sweep sweep = server.sweeps.get("sweep1");
    assertEquals(CONFIG, sweep.config);
    assertEquals("quick", sweep.displayName);
    assertEquals("FINISHED", sweep.state);
    assertEquals(4, server.runs.size());
    server.runs.values().forEach(run -> assertEquals("sweep1", run.sweep));
    assertEquals(List.of(), server.violations);
  }

  @Test
  void anInterruptedUploadGoesOnInTheSameSweep() throws ServerException {
    List<Integer> failures = new ArrayList<>();
    for (int attempt = 0; attempt < 8; attempt++) {
      int limit = server.requests() + 10;
      server.faults = n -> n >= limit ? 403 : -1;
      try {
        failures.add(sync().runs().getOrDefault(Outcome.FAILED, 0));
      } catch (ServerException e) {
        failures.add(-1);
      }
    }
    server.faults = n -> -1;
    assertTrue(failures.get(0) > 0, failures.toString());
    assertEquals(Map.of(Outcome.SKIPPED, 4), sync().runs());
    assertEquals(1, server.sweeps.size());
    assertEquals(4, server.runs.size());
    server.runs.values().forEach(run -> assertEquals(1, run.history.size()));
    assertEquals(List.of(), server.violations);
  }

  @Test
  void aSweepWhoseCreationWasNeverAnsweredIsNotCreatedTwice() throws ServerException {
    server.sweeps.put("other", new FakeBackend.Sweep());
    server.faults = n -> n == 1 ? -2 : -1;
    assertEquals("sweep2", sync().sweep().id());
    assertEquals(2, server.sweeps.size());
    assertEquals("a first try [ldctbench local123]", server.sweeps.get("sweep2").description);
  }

  @Test
  void aSweepWhoseCreatorWasKilledBeforeItHeardTheIdIsFoundAgain() throws Exception {
    sync();
    Path mapping = sweepFolder.resolve("wandb-sweep.json");
    String key = JsonValues.read(Files.readString(mapping)).get("destination").asText();
    Files.writeString(mapping, "{\"destination\":\"" + key + "\",\"creating\":true}");
    assertEquals(Map.of(Outcome.SKIPPED, 4), sync().runs());
    assertEquals(1, server.sweeps.size());
    server.runs.values().forEach(run -> assertEquals(1, run.history.size()));
  }

  @Test
  void aRunThatAPlainSyncUploadedJoinsTheSweepWithoutBeingSentAgain() throws Exception {
    Path run = root.resolve("wandb/offline-run-20260101_120000-sweeprun1");
    server.sweeps.put("local123", new FakeBackend.Sweep()); // What the other client believes.
    WandbSettings settings = server.settings(root, Map.of());
    new RunSync(
            new RunApi(new Connection(settings, new Backoff(1, Duration.ZERO))), settings, x -> {})
        .sync(run, Destination.OWN);
    Files.delete(run.resolve("run-sweeprun1.wandb.upload")); // The real client leaves none.
    assertEquals(Map.of(Outcome.UPLOADED, 4), sync().runs());
    assertEquals("sweep2", server.runs.get("sweeprun1").sweep);
    assertEquals(1, server.runs.get("sweeprun1").history.size());
    assertEquals(Map.of(Outcome.SKIPPED, 4), sync().runs());
    assertEquals(List.of(), server.violations);
  }

  @Test
  void runsThatAnotherClientSentWhileTheyRanAreLeftAlone() throws Exception {
    Path there = root.resolve("wandb/run-20260101_120000-sweeprun1");
    Files.move(root.resolve("wandb/offline-run-20260101_120000-sweeprun1"), there);
    assertEquals(Map.of(Outcome.UPLOADED, 3, Outcome.SKIPPED, 1), sync().runs());
    assertEquals(3, server.runs.size());
  }
}
