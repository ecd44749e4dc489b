package org.ldctbench.sweep;

/** What a sweep executes once per run. */
public interface Program extends AutoCloseable {
  /**
   * Executes one run and returns when it has ended; several threads may call it at once. A failure
   * of the run is an outcome; an exception counts as one too.
   */
  RunOutcome execute(RunRequest request, RunMonitor monitor);

  /** Returns when nothing of the runs that ended goes on beside the next, such as an upload. */
  default void settle() {}

  /** Releases what was kept between runs. */
  @Override
  default void close() {}
}
