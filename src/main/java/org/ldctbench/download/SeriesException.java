package org.ldctbench.download;

/** One series cannot be had; others may. The message is one line. */
final class SeriesException extends Exception {
  private static final long serialVersionUID = 1L;

  SeriesException(String message) {
    super(message);
  }

  SeriesException(String message, Throwable cause) {
    super(message, cause);
  }
}
