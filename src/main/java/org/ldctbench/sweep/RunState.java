package org.ldctbench.sweep;

import java.util.Locale;
import java.util.Optional;

/** Where a run is in its life. */
public enum RunState {
  RUNNING,
  /** Stopped with its sweep; goes on when the sweep is resumed. */
  INTERRUPTED,
  FINISHED,
  /** Stopped early because others were better; counts with what it reached. */
  STOPPED,
  FAILED,
  KILLED;

  public boolean ended() {
    return this != RUNNING && this != INTERRUPTED;
  }

  public boolean succeeded() {
    return this == FINISHED || this == STOPPED;
  }

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads our own labels and W&B's. */
  public static Optional<RunState> parse(String text) {
    return switch (text) {
      case "running", "pending", "preempting", "preempted" -> Optional.of(RUNNING);
      case "interrupted" -> Optional.of(INTERRUPTED);
      case "finished" -> Optional.of(FINISHED);
      case "stopped" -> Optional.of(STOPPED);
      case "failed", "crashed" -> Optional.of(FAILED);
      case "killed" -> Optional.of(KILLED);
      default -> Optional.empty();
    };
  }
}
