package org.ldctbench.wandb.sync;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.log.TransactionLogReader;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.settings.WandbSettings;

/** Uploads runs that are kept in folders. */
public final class RunSync {
  private final RunApi api;
  private final WandbSettings settings;
  private final Consumer<String> notices;

  /** What became of a run. */
  public enum Outcome {
    UPLOADED,
    /** Was there already, or another client sent it while it ran. */
    SKIPPED,
    FAILED
  }

  public RunSync(RunApi api, WandbSettings settings, Consumer<String> notices) {
    this.api = api;
    this.settings = settings;
    this.notices = notices;
  }

  /**
   * Uploads the run of a folder, or the rest of it if an upload was interrupted, and marks it. A
   * run that is marked is skipped; one that went there without the sweep of the destination joins
   * it.
   */
  public Outcome sync(Path folder, Destination destination) {
    Path log = logOf(folder);
    try {
      boolean marked = Files.exists(markOf(log));
      boolean started = UploadProgress.read(log, destination.key(settings)).started();
      if (marked && (started || destination.sweepId().isEmpty())) {
        return Outcome.SKIPPED;
      }
      if (online(log.getParent()) && !Files.exists(UploadProgress.fileOf(log))) {
        return Outcome.SKIPPED; // Another client sent it while it ran.
      }
      Optional<RunLock> lock = RunLock.tryLock(log.getParent());
      if (lock.isEmpty()) {
        notices.accept("W&B: " + folder + " is still being written; sync it when it has ended");
        return Outcome.FAILED;
      }
      try {
        upload(log, destination, marked);
      } finally {
        lock.get().close();
      }
      return Outcome.UPLOADED;
    } catch (ServerException | IOException e) {
      notices.accept("W&B: " + folder + ": " + e.getMessage());
      return Outcome.FAILED;
    }
  }

  /** Whether a run's folder is that of one that was to be sent while it ran. */
  static boolean online(Path folder) {
    return String.valueOf(folder.getFileName()).startsWith("run-");
  }

  private void upload(Path log, Destination destination, boolean marked)
      throws ServerException, IOException {
    try (TransactionLogReader reader = TransactionLogReader.open(log);
        RunSender sender = new RunSender(api, settings, log, destination, notices)) {
      for (Optional<Record> r = reader.poll(); r.isPresent(); r = reader.poll()) {
        sender.accept(r.get());
        if (sender.full() && !marked) {
          sender.flush();
        }
      }
      String problem = reader.problem();
      if (!problem.isEmpty()) {
        notices.accept("W&B: " + problem + "; what comes before is uploaded");
      }
      if (!marked || !sender.join()) {
        sender.finish();
      }
      mark(log);
    }
  }

  /**
   * The transaction log of a run folder.
   *
   * @throws UserException with code DATA if there is not exactly one
   */
  public static Path logOf(Path folder) {
    if (folder.toString().endsWith(".wandb") && Files.isRegularFile(folder)) {
      return folder.toAbsolutePath();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> logs =
          files.filter(file -> file.getFileName().toString().endsWith(".wandb")).toList();
      if (logs.size() == 1) {
        return logs.get(0).toAbsolutePath();
      }
      throw new UserException(
          ExitCode.DATA,
          folder + ": holds " + logs.size() + " .wandb files, a run folder has exactly one");
    } catch (IOException e) {
      throw new UserException(
          ExitCode.DATA, folder + ": no such run folder; give wandb/offline-run-...", e);
    }
  }

  /** Says that the server has all of a run, as the W&B client says it. */
  static void mark(Path log) throws IOException {
    try {
      Files.createFile(markOf(log));
    } catch (FileAlreadyExistsException e) {
      return; // Said already.
    }
  }

  /** A stopped run goes on: what the server has of it is no longer all. */
  public static void forgetEnd(Path log) throws IOException {
    Files.deleteIfExists(markOf(log));
  }

  private static Path markOf(Path log) {
    return log.resolveSibling(log.getFileName() + ".synced");
  }
}
