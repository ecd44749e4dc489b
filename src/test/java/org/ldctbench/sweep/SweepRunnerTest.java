package org.ldctbench.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.SweepRunner.End;

@Timeout(60)
class SweepRunnerTest {
  private static final String CONFIG =
      "metric: {name: loss, goal: minimize}\n"
          + "parameters: {x: {min: 0.0, max: 1.0}, y: {min: 0.0, max: 1.0}}\n";

  @TempDir Path folder;
  private Journal journal;

  @BeforeEach
  void begin() {
    journal = Journal.open(folder);
    journal.append(new JournalEvent.SweepCreated("now", "aaaaaaaa", 3, null, Map.of()));
  }

  @AfterEach
  void end() {
    journal.close();
  }

  private SweepRunner runner(String config, Program program, int parallel) {
    SweepConfig sweep = TestConfigs.config(config + CONFIG);
    return runner(sweep, Searcher.of(sweep, 3), program, parallel);
  }

  private SweepRunner runner(SweepConfig sweep, Searcher searcher, Program program, int parallel) {
    return new SweepRunner(sweep, journal, searcher, program, new SweepProcess.Silence(), parallel);
  }

  private static RunOutcome outcome(RunState state, double loss) {
    Map<String, Double> metrics = Map.of("loss", loss);
    return new RunOutcome(state, metrics, metrics, Map.of(), Optional.empty(), "", 0, "");
  }

  private static RunOutcome finished(RunRequest request, RunMonitor monitor) {
    double loss = Values.number(request.parameters().get("x"));
    monitor.epoch(1, Map.of("loss", loss));
    return outcome(RunState.FINISHED, loss);
  }

  private List<RunState> states() {
    return journal.state().runs().stream().map(SweepRun::state).toList();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS), "the others did not come");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RunOutcome untilInterrupted(RunMonitor monitor) {
    while (!monitor.interrupted()) {
      Thread.onSpinWait();
    }
    return outcome(RunState.INTERRUPTED, 1);
  }

  @Test
  void asManyRunsAreUnderWayAsAskedForAndEachIsDoneOnce() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    List<Integer> numbers = java.util.Collections.synchronizedList(new ArrayList<>());
    Program program =
        (request, monitor) -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          three.countDown();
          await(three);
          numbers.add(request.number());
          RunOutcome outcome = finished(request, monitor);
          now.decrementAndGet();
          return outcome;
        };
    assertEquals(End.RUNS_DONE, runner("method: bayes\n", program, 3).run(Optional.of(20L)));
    assertEquals(3, most.get());
    assertEquals(20, numbers.size());
    assertEquals(20, new HashSet<>(numbers).size());
    assertEquals(java.util.Collections.nCopies(20, RunState.FINISHED), states());
    List<SweepRun> runs = journal.state().runs();
    assertEquals(20, runs.stream().map(SweepRun::parameters).distinct().count());
    for (int i = 0; i < 20; i++) {
      assertEquals(i + 1, runs.get(i).number());
      assertEquals(SweepFolder.runId("aaaaaaaa", i + 1), runs.get(i).id());
    }
  }

  @Test
  void oneAtATimeAsksForWhatAPlainLoopAsksFor() {
    SweepConfig sweep = TestConfigs.config("method: bayes\n" + CONFIG);
    assertEquals(
        End.RUNS_DONE,
        runner("method: bayes\n", SweepRunnerTest::finished, 1).run(Optional.of(9L)));
    Searcher searcher = Searcher.of(sweep, 3);
    List<Observation> seen = new ArrayList<>();
    for (SweepRun run : journal.state().runs()) {
      Map<String, Object> next = searcher.suggest(new SearchHistory(seen), 1).get(0);
      assertEquals(next, run.parameters());
      double loss = Values.number(next.get("x"));
      seen.add(new Observation(next, RunState.FINISHED, new double[] {loss}));
    }
  }

  @Test
  void theSearcherHearsOfRunsThatAreUnderWay() {
    List<List<RunState>> heard = new ArrayList<>();
    SweepConfig sweep = TestConfigs.config("method: random\n" + CONFIG);
    Searcher real = Searcher.of(sweep, 3);
    Searcher listening =
        (history, count) -> {
          heard.add(history.runs().stream().map(Observation::state).toList());
          return real.suggest(history, count);
        };
    CountDownLatch third = new CountDownLatch(1);
    Program program =
        (request, monitor) -> {
          switch (request.number()) {
            case 1 -> await(third);
            case 3 -> third.countDown();
            default -> {}
          }
          return finished(request, monitor);
        };
    runner(sweep, listening, program, 2).run(Optional.of(3L));
    assertEquals(
        List.of(List.of(), List.of(RunState.RUNNING), List.of(RunState.RUNNING, RunState.FINISHED)),
        heard);
  }

  @Test
  void aFailingRunStopsNoOther() {
    CountDownLatch failed = new CountDownLatch(2);
    Program program =
        (request, monitor) -> {
          if (request.number() == 2 || request.number() == 3) {
            failed.countDown();
            throw new IllegalStateException("broken " + request.number());
          }
          await(failed);
          return finished(request, monitor);
        };
    assertEquals(End.RUNS_DONE, runner("method: random\n", program, 3).run(Optional.of(8L)));
    List<RunState> states = states();
    assertEquals(8, states.size());
    assertEquals(6, states.stream().filter(RunState.FINISHED::equals).count());
    assertEquals("broken 3", journal.state().runs().get(2).outcome().orElseThrow().failure());
  }

  @Test
  void whileARunIsUnderWayTheSweepIsNotGivenUp() {
    AtomicInteger failures = new AtomicInteger();
    CountDownLatch three = new CountDownLatch(3);
    Program program =
        (request, monitor) -> {
          if (request.number() > 1 && failures.incrementAndGet() <= 3) {
            three.countDown();
            throw new IllegalStateException("broken");
          }
          await(three);
          pause();
          return finished(request, monitor);
        };
    assertEquals(End.RUNS_DONE, runner("method: random\n", program, 4).run(Optional.of(6L)));
    assertEquals(6, states().size());
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aSweepInWhichAllFailIsGivenUpSoon() {
    Program program =
        (request, monitor) -> {
          throw new IllegalStateException("broken");
        };
    assertEquals(End.GAVE_UP, runner("method: random\n", program, 4).run(Optional.of(100L)));
    assertTrue(states().size() <= 7, states().toString());
  }

  @Test
  void aLostDeviceEndsAllRunsAndLeavesThemOpen() {
    CountDownLatch all = new CountDownLatch(3);
    Program losing =
        (request, monitor) -> {
          all.countDown();
          await(all);
          if (request.number() == 2) {
            throw new UserException(ExitCode.DEVICE_LOST, "device lost");
          }
          return untilInterrupted(monitor);
        };
    UserException lost =
        assertThrows(
            UserException.class, () -> runner("method: random\n", losing, 3).run(Optional.of(5L)));
    assertEquals(ExitCode.DEVICE_LOST, lost.code());
    assertEquals(List.of(RunState.INTERRUPTED, RunState.RUNNING, RunState.INTERRUPTED), states());
    goesOnToTheEnd(5);
  }

  @Test
  void anInterruptionEndsAllRunsAndLeavesThemOpen() {
    CountDownLatch all = new CountDownLatch(4);
    SweepRunner[] runner = new SweepRunner[1];
    Program program =
        (request, monitor) -> {
          all.countDown();
          await(all);
          runner[0].interrupt();
          return untilInterrupted(monitor);
        };
    runner[0] = runner("method: random\n", program, 4);
    assertEquals(End.INTERRUPTED, runner[0].run(Optional.of(9L)));
    assertEquals(java.util.Collections.nCopies(4, RunState.INTERRUPTED), states());
    goesOnToTheEnd(9);
  }

  /** With fewer at once than were left open. */
  private void goesOnToTheEnd(long wanted) {
    List<String> ids = journal.state().runs().stream().map(SweepRun::id).toList();
    List<String> order = new ArrayList<>();
    SweepListener starts =
        new SweepProcess.Silence() {
          @Override
          public void runStarted(SweepRun run) {
            order.add(run.id()); // In the order of starting; threads may get to work in another.
          }
        };
    SweepConfig sweep = TestConfigs.config("method: random\n" + CONFIG);
    SweepRunner runner =
        new SweepRunner(
            sweep, journal, Searcher.of(sweep, 3), SweepRunnerTest::finished, starts, 2);
    assertEquals(End.RUNS_DONE, runner.run(Optional.of(wanted)));
    assertEquals(java.util.Collections.nCopies((int) wanted, RunState.FINISHED), states());
    assertEquals(wanted, order.stream().distinct().count());
    assertEquals(wanted, order.size());
    assertEquals(
        new HashSet<>(ids), new HashSet<>(order.subList(0, ids.size())), "open ones first");
  }

  @Test
  void badRunsAreStoppedEarlyWhileBetterOnesGoOn() {
    String hyperband = "method: random\nearly_terminate: {type: hyperband, min_iter: 2, eta: 2}\n";
    CountDownLatch good = new CountDownLatch(3);
    Program program =
        (request, monitor) -> {
          boolean bad = request.number() == 1;
          if (bad) {
            await(good);
          }
          RunMonitor.Order order = RunMonitor.Order.CONTINUE;
          for (int e = 1; e <= 3 && order == RunMonitor.Order.CONTINUE; e++) {
            order = monitor.epoch(e, Map.of("loss", bad ? 9.0 : 1.0));
          }
          good.countDown();
          RunState state =
              order == RunMonitor.Order.STOP_EARLY ? RunState.STOPPED : RunState.FINISHED;
          return outcome(state, bad ? 9 : 1);
        };
    assertEquals(End.RUNS_DONE, runner(hyperband, program, 4).run(Optional.of(4L)));
    assertEquals(RunState.STOPPED, states().get(0));
    assertEquals(java.util.Collections.nCopies(3, RunState.FINISHED), states().subList(1, 4));
  }

  @Test
  void aJournalThatCannotBeWrittenEndsTheSweep() {
    CountDownLatch both = new CountDownLatch(2);
    Program program =
        (request, monitor) -> {
          both.countDown();
          await(both);
          journal.close();
          return finished(request, monitor);
        };
    UserException full =
        assertThrows(
            UserException.class, () -> runner("method: random\n", program, 2).run(Optional.of(5L)));
    assertEquals(ExitCode.OUTPUT, full.code());
  }

  @Test
  void theCapOfRunsCountsThoseUnderWay() {
    String capped = "method: random\nrun_cap: 5\n";
    assertEquals(End.RUN_CAP, runner(capped, SweepRunnerTest::finished, 4).run(Optional.empty()));
    assertEquals(5, states().size());
  }

  @Test
  void aGridEndsWithEveryCombinationOnce() {
    SweepConfig sweep =
        TestConfigs.config(
            "method: grid\nparameters: {x: {values: [1, 2, 3]}, y: {values: [1, 2]}}\n");
    End end =
        runner(sweep, Searcher.of(sweep, 3), (request, monitor) -> outcome(RunState.FINISHED, 1), 4)
            .run(Optional.empty());
    assertEquals(End.EXHAUSTED, end);
    assertEquals(6, journal.state().runs().stream().map(SweepRun::parameters).distinct().count());
    assertEquals(6, states().size());
  }
}
