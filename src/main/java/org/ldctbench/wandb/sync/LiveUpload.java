package org.ldctbench.wandb.sync;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.ldctbench.common.UserException;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.log.TransactionLogReader;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.settings.Talk;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Sends a run's log while it is being written, from a thread of its own. The server's failures
 * never reach the program: they end in one line that says how to send the run later.
 */
public final class LiveUpload {
  private static final long PACE_NANOS = Duration.ofSeconds(15).toNanos();
  private static final long TELL_AFTER_NANOS = Duration.ofSeconds(3).toNanos();
  private static final long HURRY_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long HEARTBEAT_NANOS = Duration.ofSeconds(30).toNanos();

  private final Path log;
  private final Consumer<String> notices;
  private final Connection connection;
  private final RunSender sender;
  private final Thread thread = new Thread(this::work, "wandb-upload");
  private volatile boolean stopRequested;
  private long lastStreamed = System.nanoTime();
  private boolean news = true;
  private boolean told;
  private boolean closing;

  private LiveUpload(
      Path log, Connection connection, RunSender sender, Talk talk, Consumer<String> notices) {
    this.log = log;
    this.connection = connection;
    this.sender = sender;
    this.told = talk != Talk.ALL;
    this.notices = notices;
  }

  /**
   * Starts sending.
   *
   * @throws UserException if the API key cannot be one
   */
  public static LiveUpload start(
      WandbSettings settings, Path log, Backoff backoff, Consumer<String> notices)
      throws IOException {
    Connection connection = new Connection(settings, backoff);
    Consumer<String> heard = settings.talk() == Talk.NOTHING ? line -> {} : notices;
    RunSender sender = new RunSender(new RunApi(connection), settings, log, Destination.OWN, heard);
    sender.begin();
    LiveUpload upload = new LiveUpload(log, connection, sender, settings.talk(), heard);
    upload.thread.setDaemon(true);
    upload.thread.start();
    return upload;
  }

  /** There is news in the log. */
  public synchronized void wake() {
    news = true;
    notifyAll();
  }

  /** Whether the server asked the program to stop. */
  public boolean stopRequested() {
    return stopRequested;
  }

  /**
   * The log is complete: returns when the server has it, or after {@code patience} without any
   * success, or soon if the user is in a hurry.
   *
   * @param tell whether the user is told what is being waited for
   */
  public void finish(Duration patience, boolean tell, BooleanSupplier hurry) {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    connection.retryNow();
    long begin = System.nanoTime();
    try {
      while (thread.isAlive()) {
        thread.join(100);
        if (tell && !told && System.nanoTime() - begin > TELL_AFTER_NANOS) {
          notices.accept("W&B: sending the rest of the run; Ctrl-C leaves it for later");
          told = true;
        }
        long now = System.nanoTime();
        long lastSuccess = Math.max(begin, connection.lastSuccess());
        if (now - lastSuccess > patience.toNanos()
            || (now - begin > HURRY_NANOS && hurry.getAsBoolean())) {
          connection.cancel();
          thread.join(5_000);
          return;
        }
      }
    } catch (InterruptedException e) {
      connection.cancel();
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try (sender;
        TransactionLogReader reader = TransactionLogReader.open(log)) {
      long lastFlush = System.nanoTime() - PACE_NANOS;
      boolean waiting = false;
      while (true) {
        boolean last =
            waitForNews(waiting ? lastFlush + PACE_NANOS : lastStreamed + HEARTBEAT_NANOS);
        waiting |= read(reader);
        if (last) {
          sender.finish();
          RunSync.mark(log);
          return;
        }
        long now = System.nanoTime();
        if (waiting && now - lastFlush >= PACE_NANOS) {
          sender.flush();
          waiting = false;
          lastStreamed = System.nanoTime();
          // The first request with content goes at once, the others at their pace.
          lastFlush = sender.streamed() ? lastStreamed : lastFlush;
        } else if (now - lastStreamed >= HEARTBEAT_NANOS) {
          sender.heartbeat();
          lastStreamed = System.nanoTime();
        }
        sender.uploadFiles();
        stopRequested = sender.stopped();
      }
    } catch (ServerException | IOException e) {
      notices.accept(
          "W&B: "
              + e.getMessage()
              + "; the run stays in its folder, send it later with: ldctbench wandb sync "
              + log.getParent());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for news, or until something is due; returns whether the log is complete. */
  private synchronized boolean waitForNews(long due) throws InterruptedException {
    for (long left = due - System.nanoTime();
        left > 0 && !news && !closing;
        left = due - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    news = false;
    return closing;
  }

  /** Returns whether the log had anything new. */
  private boolean read(TransactionLogReader reader) throws ServerException, IOException {
    boolean any = false;
    for (Optional<Record> r = reader.poll(); r.isPresent(); r = reader.poll()) {
      any = true;
      sender.accept(r.get());
      if (sender.full()) {
        sender.flush();
      }
    }
    return any;
  }
}
