package org.ldctbench.sweep;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * Executes the runs of one sweep, some at once, and records each step in the journal before the
 * next. Runs that an earlier process left unfinished go first, under their own ids. Parameters of a
 * run are chosen when it starts, knowing which others are under way.
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
  private final int parallel;
  private final GuestRuns guestRuns;
  private volatile boolean interrupted;

  /**
   * @param parallel most runs at once, at least 1
   */
  public SweepRunner(
      SweepConfig config,
      Journal journal,
      Searcher searcher,
      Program program,
      SweepListener listener,
      int parallel) {
    this.config = config;
    this.journal = journal;
    this.searcher = searcher;
    this.program = program;
    this.listener = listener;
    this.parallel = parallel;
    this.guestRuns = new GuestRuns(config, journal, searcher, listener);
  }

  /** Runs that others execute. */
  public GuestRuns guestRuns() {
    return guestRuns;
  }

  /** Asks from any thread to end the present runs and the sweep cleanly. */
  public void interrupt() {
    interrupted = true;
  }

  /** Runs until the sweep has {@code wanted} runs, without guests. */
  public End run(Optional<Long> wanted) {
    return run(wanted, Guests.NONE);
  }

  /**
   * Runs until the sweep has {@code wanted} runs or another reason to end, and no run is under way.
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
    Deque<SweepRun> unfinished = unfinished();
    Patience patience = new Patience();
    boolean lost = false;
    try (Crew<SweepRun> crew = new Crew<>(parallel)) {
      try {
        while (true) {
          Optional<End> end = Optional.empty();
          while (crew.hasRoom() && end.isEmpty()) {
            end = lost ? Optional.of(End.GAVE_UP) : startNext(unfinished, wanted, guests, crew);
          }
          if (crew.idle()) {
            return end.orElseThrow();
          }
          SweepRun run = crew.awaitOne();
          lost = patience.lostAfter(run);
          if (run.state() == RunState.INTERRUPTED) {
            interrupt();
          }
        }
      } catch (RuntimeException | Error e) {
        interrupt(); // The crew waits for the others on its way out.
        throw e;
      }
    }
  }

  private Deque<SweepRun> unfinished() {
    synchronized (journal) {
      return new ArrayDeque<>(
          journal.state().runs().stream()
              .filter(run -> !run.guest() && !run.state().ended())
              .toList());
    }
  }

  /** Starts a run, or tells why none is to be started now. */
  private Optional<End> startNext(
      Deque<SweepRun> unfinished, Optional<Long> wanted, Guests guests, Crew<SweepRun> crew) {
    Optional<RunRequest> request = Optional.empty();
    while (request.isEmpty()) {
      if (interrupted) {
        return Optional.of(End.INTERRUPTED);
      }
      if (!unfinished.isEmpty()) {
        request = Optional.of(again(unfinished.remove()));
        begin(request.get());
        continue;
      }
      synchronized (journal) {
        Optional<End> end = end(journal.state(), wanted);
        if (end.isPresent()) {
          return end;
        }
      }
      request = guestRuns.lastIsOffered() ? Optional.empty() : beginNew();
      if (request.isEmpty()) {
        if (!guestRuns.offered()) {
          return Optional.of(End.EXHAUSTED);
        }
        guests.withdraw(); // Nobody took what is left to do.
      }
    }
    RunRequest started = request.get();
    crew.start(() -> execute(started));
    return Optional.empty();
  }

  private RunRequest again(SweepRun run) {
    return new RunRequest(
        journal.state().id(), run.id(), run.number(), run.parameters(), run.folder());
  }

  /** Chooses parameters for a run of our own and records its start; nothing at the search's end. */
  private Optional<RunRequest> beginNew() {
    synchronized (searcher) {
      List<Map<String, Object>> next = searcher.suggest(guestRuns.history(), 1);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      String sweep = journal.state().id();
      int number = guestRuns.count() + 1;
      String id = SweepFolder.runId(sweep, number);
      RunRequest request = new RunRequest(sweep, id, number, next.get(0), Optional.empty());
      begin(request);
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

  private void begin(RunRequest request) {
    synchronized (journal) {
      journal.append(
          new JournalEvent.RunStarted(
              now(), request.runId(), request.number(), request.parameters(), false));
      listener.runStarted(journal.state().find(request.runId()).orElseThrow());
    }
  }

  private SweepRun execute(RunRequest request) {
    SweepRun run;
    synchronized (journal) {
      run = journal.state().find(request.runId()).orElseThrow();
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
