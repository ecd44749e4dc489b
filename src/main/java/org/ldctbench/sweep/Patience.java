package org.ldctbench.sweep;

import java.time.Duration;

/**
 * Gives up when nothing but failures can be expected: W&B's rules, except that failures within the
 * first minute only count if no run succeeded, because runs in this process may take seconds.
 */
final class Patience {
  private static final long FIRST_MINUTE = Duration.ofSeconds(60).toNanos();
  private static final int EARLY_FAILURES = 3;
  private static final int INITIAL_FAILURES = 5;

  private final long begin = System.nanoTime();
  private int failed;
  private int ended;

  /** Whether the sweep should end after this run. */
  boolean lostAfter(SweepRun run) {
    ended++;
    failed += run.state() == RunState.FAILED ? 1 : 0;
    if (run.state() != RunState.FAILED) {
      return false;
    }
    boolean early =
        failed >= EARLY_FAILURES && failed == ended && System.nanoTime() - begin < FIRST_MINUTE;
    return early || (failed >= INITIAL_FAILURES && ended - failed <= 1);
  }
}
