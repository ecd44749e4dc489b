package org.ldctbench.selftest;

/** A check does not apply here; the message says why. */
final class Skipped extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Skipped(String reason) {
    super(reason);
  }
}
