package org.ldctbench.wandb.api;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to try again: waits of 2 s, 4 s, 8 s ... up to 60 s, each 1 to 1.25 times as long at
 * random, unless the server says when to come back.
 *
 * @param attempts most requests for one thing
 * @param firstWait wait after the first failure
 */
public record Backoff(int attempts, Duration firstWait) {
  private static final int MOST_DOUBLINGS = 5;

  /** For a person who waits for the end of a command. */
  public static final Backoff FOREGROUND = new Backoff(20, Duration.ofSeconds(2));

  /** Beside a running program: about a week. */
  public static final Backoff BACKGROUND = new Backoff(10_085, Duration.ofSeconds(2));

  Duration waitAfter(int failures) {
    long base = firstWait.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
    long capped = Math.min(base, 30 * firstWait.toMillis());
    return Duration.ofMillis((long) (capped * (1 + ThreadLocalRandom.current().nextDouble() / 4)));
  }
}
