package org.ldctbench.sweep;

/** Watches a sweep; is told one thing at a time, by any thread. */
public interface SweepListener {
  void runStarted(SweepRun run);

  void epoch(SweepRun run);

  /** The run ended or was interrupted. */
  void runEnded(SweepRun run);
}
