package org.ldctbench.download;

import java.time.Duration;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * How often a request is made before giving up; waits double from one to the next.
 *
 * @param attempts most requests for one thing, at least 1
 * @param firstWait wait after the first failure
 */
public record Retry(int attempts, Duration firstWait) {
  /** Five attempts within half a minute. */
  public static final Retry USUAL = new Retry(5, Duration.ofSeconds(2));

  void pauseAfter(int failures) {
    try {
      Thread.sleep(firstWait.multipliedBy(1L << Math.min(failures - 1, 5)).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.INTERRUPTED, "the download was interrupted", e);
    }
  }
}
