package org.ldctbench.wandb.run;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * How the end of an online run waits until the server has the rest.
 *
 * @param patience how long for a server that takes nothing
 * @param waits does the waiting: at once, or beside what comes next
 * @param told whether a user who waits is told why
 */
public record UploadEnd(Duration patience, Executor waits, boolean told) {
  /** The end of the run waits. */
  public static UploadEnd here(Duration patience) {
    return new UploadEnd(patience, Runnable::run, true);
  }

  /** The end of the run does not wait, somebody else does. */
  public static UploadEnd beside(Duration patience, Executor waits) {
    return new UploadEnd(patience, waits, false);
  }
}
