package org.ldctbench.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets Ctrl-C and SIGTERM end work cleanly: the virtual machine waits, for a while, until the guard
 * is closed.
 */
final class ExitGuard implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private ExitGuard(Runnable interrupt) {
    hook =
        new Thread(
            () -> {
              interrupt.run();
              try {
                done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /**
   * @param interrupt called from another thread when the process is asked to end
   */
  static ExitGuard install(Runnable interrupt) {
    ExitGuard guard = new ExitGuard(interrupt);
    Runtime.getRuntime().addShutdownHook(guard.hook);
    return guard;
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // Already on the way out.
    }
  }
}
