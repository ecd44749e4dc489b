package org.ldctbench.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C and SIGTERM into a wish to stop: the virtual machine ends (with 130 or 143) only
 * after the work was saved and this is closed.
 */
final class StopOnSignal implements AutoCloseable {
  private final CountDownLatch saved = new CountDownLatch(1);
  private final Thread hook = new Thread(this::stopAndWait, "stop-on-signal");
  private final Runnable onSignal;
  private volatile boolean requested;

  StopOnSignal() {
    this(() -> {});
  }

  /**
   * @param onSignal called from another thread when the process is asked to end
   */
  StopOnSignal(Runnable onSignal) {
    this.onSignal = onSignal;
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      requested = true; // the signal came first
      onSignal.run();
    }
  }

  boolean requested() {
    return requested;
  }

  private void stopAndWait() {
    requested = true;
    onSignal.run();
    try {
      saved.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The machine is going down already: exactly what the hook waits in.
    }
    saved.countDown();
  }
}
