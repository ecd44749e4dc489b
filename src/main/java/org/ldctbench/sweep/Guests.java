package org.ldctbench.sweep;

import java.util.function.BooleanSupplier;

/** Who else takes runs of a sweep, such as agents that joined it at a server. */
public interface Guests extends AutoCloseable {
  /** Nobody. */
  Guests NONE =
      new Guests() {
        @Override
        public void withdraw() {}

        @Override
        public void await(BooleanSupplier hurry) {}
      };

  /** Takes back what is on offer; on return nobody can take it any more, or somebody has. */
  void withdraw();

  /**
   * Returns when the runs of guests have ended, or nobody can tell.
   *
   * @param hurry asked while waiting; once true the waiting ends
   */
  void await(BooleanSupplier hurry);

  /** No guest is served any more. */
  @Override
  default void close() {}
}
