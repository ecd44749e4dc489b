package org.ldctbench.wandb.api;

import java.io.IOException;

/** The server refused something for good, or could not be reached for too long. */
public final class ServerException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  ServerException(int status, String message) {
    super(message);
    this.status = status;
  }

  ServerException(String message, Throwable cause) {
    super(message, cause);
    this.status = 0;
  }

  /** Whether another attempt may succeed. */
  public boolean mayPass() {
    return getCause() instanceof IOException || status == 429 || status >= 500;
  }

  /** HTTP status of the refusal; 0 if there was no answer. */
  public int status() {
    return status;
  }
}
