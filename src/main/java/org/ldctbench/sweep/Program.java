package org.ldctbench.sweep;

/** What a sweep executes once per run. */
public interface Program extends AutoCloseable {
  /**
   * Executes one run and returns when it has ended; several threads may call it at once. A failure
   * of the run is an outcome; an exception counts as one too.
   */
  RunOutcome execute(RunRequest request, RunMonitor monitor);

  /** Releases what was kept between runs. */
  @Override
  default void close() {}
}
