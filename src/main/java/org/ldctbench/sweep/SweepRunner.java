package org.ldctbench.sweep;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * Executes the runs of one sweep, one after the other, and records each step in the journal before
 * the next. A run that an earlier process left unfinished goes first, under its own id.
 */
public final class SweepRunner {
  /** Why no further run was started. */
  public enum End {
    RUNS_DONE("all runs are done"),
    RUN_CAP("run_cap is reached"),
    EXHAUSTED("every combination was tried"),
    TARGET("the target is reached"),
    INTERRUPTED("interrupted"),
    GAVE_UP("the first runs all failed");

    private final String text;

    End(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  private final SweepConfig config;
  private final Journal journal;
  private final Searcher searcher;
  private final Program program;
  private final SweepListener listener;
  private final GuestRuns guestRuns;
  private volatile boolean interrupted;

  public SweepRunner(
      SweepConfig config,
      Journal journal,
      Searcher searcher,
      Program program,
      SweepListener listener) {
    this.config = config;
    this.journal = journal;
    this.searcher = searcher;
    this.program = program;
    this.listener = listener;
    this.guestRuns = new GuestRuns(config, journal, searcher, listener);
  }

  /** Runs that others execute. */
  public GuestRuns guestRuns() {
    return guestRuns;
  }

  /** Asks from any thread to end the present run and the sweep cleanly. */
  public void interrupt() {
    interrupted = true;
  }

  /** Runs until the sweep has {@code wanted} runs, without guests. */
  public End run(Optional<Long> wanted) {
    return run(wanted, Guests.NONE);
  }

  /**
   * Runs until the sweep has {@code wanted} runs or another reason to end.
   *
   * @param wanted runs of the whole sweep, earlier processes included; empty means endless
   * @param guests who else takes runs; their last ones are waited for
   */
  public End run(Optional<Long> wanted, Guests guests) {
    guestRuns.limit(wanted);
    End end = runOwn(wanted, guests);
    guestRuns.close();
    guests.withdraw();
    if (end != End.INTERRUPTED) {
      guests.await(() -> interrupted);
    }
    return end;
  }

  private End runOwn(Optional<Long> wanted, Guests guests) {
    SweepState state = journal.state();
    Patience patience = new Patience();
    while (!interrupted) {
      Optional<SweepRun> unfinished;
      synchronized (journal) {
        unfinished =
            state.runs().stream().filter(run -> !run.guest() && !run.state().ended()).findFirst();
        if (unfinished.isEmpty()) {
          Optional<End> end = end(state, wanted);
          if (end.isPresent()) {
            return end.get();
          }
        }
      }
      Optional<RunRequest> request =
          guestRuns.lastIsOffered() ? Optional.empty() : start(unfinished);
      if (request.isEmpty()) {
        if (!guestRuns.offered()) {
          return End.EXHAUSTED;
        }
        guests.withdraw(); // Nobody took what is left to do.
        continue;
      }
      SweepRun run = execute(request.get());
      if (run.state() == RunState.INTERRUPTED) {
        return End.INTERRUPTED;
      }
      if (patience.lostAfter(run)) {
        return End.GAVE_UP;
      }
    }
    return End.INTERRUPTED;
  }

  /** Records the start of the next run; nothing where the search is over. */
  private Optional<RunRequest> start(Optional<SweepRun> unfinished) {
    synchronized (searcher) {
      SweepState state = journal.state();
      RunRequest request;
      if (unfinished.isPresent()) {
        SweepRun run = unfinished.get();
        request =
            new RunRequest(state.id(), run.id(), run.number(), run.parameters(), run.folder());
      } else {
        List<Map<String, Object>> next = searcher.suggest(guestRuns.history(), 1);
        if (next.isEmpty()) {
          return Optional.empty();
        }
        int number = guestRuns.count() + 1;
        String id = SweepFolder.runId(state.id(), number);
        request = new RunRequest(state.id(), id, number, next.get(0), Optional.empty());
      }
      journal.append(
          new JournalEvent.RunStarted(
              now(), request.runId(), request.number(), request.parameters(), false));
      return Optional.of(request);
    }
  }

  private Optional<End> end(SweepState state, Optional<Long> wanted) {
    long runs = state.runs().size();
    if (config.runCap() > 0 && runs >= config.runCap()) {
      return Optional.of(End.RUN_CAP);
    }
    if (config.metric().isPresent() && !Double.isNaN(config.metric().get().target())) {
      Metric metric = config.metric().get();
      Optional<SweepRun> best = state.best(metric);
      if (best.isPresent()
          && metric.reached(SweepState.bestValue(best.get(), metric).getAsDouble())) {
        return Optional.of(End.TARGET);
      }
    }
    return wanted.isPresent() && runs >= wanted.get()
        ? Optional.of(End.RUNS_DONE)
        : Optional.empty();
  }

  private SweepRun execute(RunRequest request) {
    SweepRun run;
    synchronized (journal) {
      run = journal.state().find(request.runId()).orElseThrow();
      listener.runStarted(run);
    }
    long begin = System.nanoTime();
    RunOutcome outcome;
    try {
      outcome = program.execute(request, new Monitor(run));
    } catch (RuntimeException | OutOfMemoryError e) {
      if (e instanceof UserException user && user.code() == ExitCode.DEVICE_LOST) {
        throw user; // Every further run would fail: the journal leaves this one open, to go on
        // later.
      }
      String reason = String.valueOf(e.getMessage() == null ? e : e.getMessage());
      outcome =
          RunOutcome.failed(
              reason.lines().findFirst().orElse("unknown"), (System.nanoTime() - begin) * 1e-9);
    }
    synchronized (journal) {
      journal.append(JournalEvent.RunEnded.of(now(), request.runId(), outcome));
      listener.runEnded(run);
    }
    return run;
  }

  static String now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private final class Monitor implements RunMonitor {
    private final SweepRun run;

    Monitor(SweepRun run) {
      this.run = run;
    }

    @Override
    public void folder(Path folder) {
      journal.append(new JournalEvent.RunFolder(run.id(), folder.toString()));
    }

    @Override
    public Order rows(List<Row> rows) {
      boolean tooBad = guestRuns.record(run, rows);
      if (interrupted) {
        return Order.INTERRUPT;
      }
      return tooBad ? Order.STOP_EARLY : Order.CONTINUE;
    }

    @Override
    public boolean interrupted() {
      return interrupted;
    }
  }
}
