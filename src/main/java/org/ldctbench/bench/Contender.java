package org.ldctbench.bench;

/** Something that can be timed on a case: our engine, or one setting of a peer. */
interface Contender {
  String framework();

  /** Implementation or setting in use. */
  String kernel();

  /**
   * Runs the operation {@code times} times.
   *
   * @return milliseconds for one
   * @throws org.ldctbench.common.UserException if a peer fails
   */
  double run(int times);
}
