package org.ldctbench.wandb.sync;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.RunTicket;
import org.ldctbench.wandb.api.ServerException;

/**
 * Uploads a run's files from threads of its own: rows do not wait for a storage that is slow or
 * gone. Thread-safe.
 */
final class FileUploads implements AutoCloseable {
  private static final int FILES_AT_ONCE = 100;
  private static final int BATCHES_AT_ONCE = 4; // One may wait long for another attempt.
  private static final long QUIET_SECONDS = 5;

  private final RunApi api;
  private final UploadProgress progress;
  private final Consumer<String> notices;
  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          BATCHES_AT_ONCE,
          BATCHES_AT_ONCE,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          FileUploads::thread);
  private final List<String> done = new ArrayList<>();
  private int batches;
  private Exception failure;

  FileUploads(RunApi api, UploadProgress progress, Consumer<String> notices) {
    this.api = api;
    this.progress = progress;
    this.notices = notices;
    worker.allowCoreThreadTimeOut(true);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "wandb-uploads");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to upload files, given by name as the server shall know them. */
  void start(RunTicket run, Map<String, Path> files) {
    List<Map.Entry<String, Path>> waiting = List.copyOf(files.entrySet());
    for (int from = 0; from < waiting.size(); from += FILES_AT_ONCE) {
      Map<String, Path> batch = new LinkedHashMap<>();
      waiting
          .subList(from, Math.min(waiting.size(), from + FILES_AT_ONCE))
          .forEach(file -> batch.put(file.getKey(), file.getValue()));
      synchronized (this) {
        batches++;
      }
      worker.execute(() -> upload(run, batch));
    }
  }

  private void upload(RunTicket run, Map<String, Path> batch) {
    Exception problem = null;
    try {
      synchronized (this) {
        if (failure != null) {
          return; // The end of all uploads, told already.
        }
      }
      api.upload(run, batch).forEach(line -> notices.accept("W&B: " + line));
      progress.uploaded(batch.keySet());
    } catch (ServerException | IOException | RuntimeException e) {
      problem = e;
    } finally {
      synchronized (this) {
        failure = failure == null ? problem : failure;
        if (problem == null && failure == null) {
          done.addAll(batch.keySet());
        }
        batches--;
        notifyAll();
      }
    }
  }

  /**
   * Names of the files that have been uploaded and of which the server was not told yet.
   *
   * @throws ServerException if an upload was refused for good, so that no other is tried
   */
  synchronized List<String> done() throws ServerException, IOException {
    if (failure instanceof ServerException refused) {
      throw refused;
    }
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    return List.copyOf(done);
  }

  /** The server was told of these. */
  synchronized void told(List<String> names) {
    done.removeAll(names);
  }

  /** Returns when nothing waits any more; then {@link #done} tells how it went. */
  synchronized void await() throws InterruptedIOException {
    try {
      while (batches > 0) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("sending was interrupted");
    }
  }

  /** Ends what goes on. */
  @Override
  public void close() {
    worker.shutdownNow();
    try {
      worker.awaitTermination(QUIET_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
