package org.ldctbench.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets Ctrl-C and SIGTERM end work cleanly: the virtual machine waits for it, for a while. */
final class ExitGuard {
  private static final long PATIENCE_SECONDS = 60;

  private ExitGuard() {}

  /** Work that returns an exit code. */
  @FunctionalInterface
  interface Work {
    int call() throws IOException;
  }

  /**
   * @param interrupt called from another thread when the process is asked to end
   */
  static int run(Runnable interrupt, Work work) throws IOException {
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              interrupt.run();
              try {
                done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.call();
    } finally {
      done.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // Already on the way out.
      }
    }
  }
}
