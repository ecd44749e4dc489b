package org.ldctbench.engine;

/** An engine refused or failed; the message is one line for people. */
public class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Cause kind;

  public EngineException(Cause kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Cause kind() {
    return kind;
  }

  /** What kind of failure it was; {@link #DEVICE_LOST} must not be retried. */
  public enum Cause {
    INVALID_ARGUMENT,
    UNSUPPORTED,
    OUT_OF_MEMORY,
    NO_DEVICE,
    DEVICE_ERROR,
    DEVICE_LOST,
    IO_ERROR,
    INTERNAL
  }
}
