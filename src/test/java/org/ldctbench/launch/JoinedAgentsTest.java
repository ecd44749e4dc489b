package org.ldctbench.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.sweep.Guests;
import org.ldctbench.sweep.Journal;
import org.ldctbench.sweep.JournalEvent;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunState;
import org.ldctbench.sweep.Searcher;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepListener;
import org.ldctbench.sweep.SweepRun;
import org.ldctbench.sweep.SweepRunner;
import org.ldctbench.wandb.FakeBackend;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.log.JsonValues;

@Timeout(60)
class JoinedAgentsTest {
  private static final String RANDOM =
      "method: random\nprogram: x\nmetric: {name: SSIM, goal: maximize}\n"
          + "parameters: {lr: {min: 0.0, max: 1.0}}\n";

  @TempDir Path root;
  private FakeBackend server;
  private SweepApi api;
  private ServerSweep sweep;
  private Journal journal;
  private final List<String> notices = new ArrayList<>();

  @BeforeEach
  void aSweepAtTheServer() throws IOException, ServerException {
    server = new FakeBackend();
    var settings = server.settings(root, Map.of());
    api = new SweepApi(new Connection(settings, new Backoff(5, Duration.ofMillis(1))));
    sweep = api.create(SweepDrafts.of(file(RANDOM), Map.of(), "mark", settings, true)).sweep();
    journal = Journal.open(root);
    journal.append(new JournalEvent.SweepCreated("t", sweep.id(), 0, null, Map.of()));
  }

  @AfterEach
  void close() {
    journal.close();
    server.close();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(root.resolve("sweep.yaml"), text);
  }

  private SweepRunner.End run(String config, Optional<Long> wanted, BooleanSupplier pause)
      throws IOException {
    Program program =
        (request, monitor) -> {
          double lr = ((Number) request.parameters().get("lr")).doubleValue();
          Map<String, Double> values = Map.of("SSIM", 0.5 - lr);
          for (int epoch = 1; epoch <= 3; epoch++) {
            monitor.epoch(epoch, values);
          }
          sleepWhile(pause);
          return new RunOutcome(
              RunState.FINISHED, values, values, Map.of(), Optional.empty(), "own", 1, "");
        };
    SweepConfig sweepConfig = SweepConfig.read(file(config), Map.of());
    SweepRunner runner =
        new SweepRunner(
            sweepConfig, journal, Searcher.of(sweepConfig, 1), program, new Nobody(), 1);
    try (Guests guests =
        JoinedAgents.serve(
            api,
            sweep,
            runner.guestRuns(),
            sweepConfig.metric(),
            Duration.ofMillis(20),
            notices::add)) {
      return runner.run(wanted, guests);
    }
  }

  private static void sleepWhile(BooleanSupplier condition) {
    try {
      for (int i = 0; i < 1000 && condition.getAsBoolean(); i++) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Nobody implements SweepListener {
    @Override
    public void runStarted(SweepRun run) {}

    @Override
    public void epoch(SweepRun run) {}

    @Override
    public void runEnded(SweepRun run) {}
  }

  private List<Object> learningRates() {
    return journal.state().runs().stream().map(run -> run.parameters().get("lr")).toList();
  }

  private void assertNothingIsOnOffer() throws IOException {
    String controller = server.sweeps.get(sweep.id()).controller;
    assertEquals(0, JsonValues.read(controller).path("schedule").size(), controller);
  }

  @Test
  void agentsThatJoinGetRunsOfOurSearchWhichCountAsOurs() throws IOException {
    server.agentTakes = 3;
    SweepRunner.End end = run(RANDOM, Optional.of(6L), () -> server.runs.size() < 3);
    assertEquals(SweepRunner.End.RUNS_DONE, end);
    List<SweepRun> runs = journal.state().runs();
    assertEquals(6, runs.size());
    assertEquals(6, learningRates().stream().distinct().count(), learningRates().toString());
    List<SweepRun> guests = runs.stream().filter(SweepRun::guest).toList();
    assertEquals(3, guests.size());
    for (SweepRun guest : guests) {
      assertEquals(RunState.FINISHED, guest.state());
      double lr = (Double) guest.parameters().get("lr");
      assertEquals(0.9 - lr, guest.outcome().orElseThrow().best().get("SSIM"), 1e-12);
      assertEquals(0.1, guest.outcome().orElseThrow().summary().get("SSIM"));
    }
    assertNothingIsOnOffer();
    assertEquals(List.of(), server.violations);
    assertEquals(List.of(), notices);
  }

  @Test
  void whatNobodyTookIsExecutedHere() throws IOException {
    String grid = RANDOM.replace("random", "grid").replace("min: 0.0, max: 1.0", "values: [1, 2]");
    assertEquals(
        SweepRunner.End.EXHAUSTED,
        run(grid, Optional.empty(), () -> server.sweeps.get(sweep.id()).controller.isEmpty()));
    assertEquals(
        List.of("1", "2"), learningRates().stream().map(String::valueOf).sorted().toList());
    assertNothingIsOnOffer();
  }

  @Test
  void aGuestThatAnEarlierProcessLeftIsFollowedAndStoppedWhenOthersAreBetter() throws Exception {
    FakeBackend.Run guest = new FakeBackend.Run();
    guest.sweep = sweep.id();
    for (long row = 0; row < 3; row++) {
      guest.history.put(row, "{\"_step\":" + row + ",\"SSIM\":-9.0}");
    }
    server.runs.put("left", guest);
    journal.append(new JournalEvent.RunStarted("t", "left", 1, Map.of("lr", 0.3), true));
    String hyperband = RANDOM + "early_terminate: {type: hyperband, min_iter: 1, eta: 2}\n";
    run(
        hyperband,
        Optional.of(4L),
        () -> {
          boolean stopped = server.sweeps.get(sweep.id()).controller.contains("\"left\"");
          guest.state = stopped ? "killed" : guest.state;
          return guest.state.equals("running") && journal.state().runs().size() == 4;
        });
    assertEquals(RunState.STOPPED, journal.state().find("left").orElseThrow().state());
    assertEquals(3, journal.state().find("left").orElseThrow().history("SSIM").length);
    assertEquals(4, journal.state().runs().size());
  }

  @Test
  void aServerThatFailsLeavesTheSweepAlone() throws IOException {
    server.refusals.put("graphql", 403);
    assertEquals(SweepRunner.End.RUNS_DONE, run(RANDOM, Optional.of(3L), () -> notices.isEmpty()));
    assertEquals(3, journal.state().runs().size());
    assertEquals(1, notices.size(), notices.toString());
    assertTrue(notices.get(0).contains("joined") || notices.get(0).contains("join"));
  }
}
