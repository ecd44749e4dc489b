package org.ldctbench.sweep;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Does up to a number of tasks at once, for one thread that starts them and takes their results.
 */
final class Crew<T> implements AutoCloseable {
  private final int size;
  private final ExecutorService threads;
  private final CompletionService<T> results;
  private int working;

  Crew(int size) {
    this.size = size;
    this.threads = Executors.newFixedThreadPool(size);
    this.results = new ExecutorCompletionService<>(threads);
  }

  boolean hasRoom() {
    return working < size;
  }

  boolean idle() {
    return working == 0;
  }

  void start(Callable<T> task) {
    results.submit(task);
    working++;
  }

  /**
   * Waits for the next task to end. What it threw, this throws; the thread's interruption as an
   * {@link IllegalStateException}.
   */
  T awaitOne() {
    try {
      T result = results.take().get();
      working--;
      return result;
    } catch (ExecutionException e) {
      working--;
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns when all tasks have ended. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
