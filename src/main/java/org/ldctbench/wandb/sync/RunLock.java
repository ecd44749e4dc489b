package org.ldctbench.wandb.sync;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Held by whoever writes or uploads a run, so that a run that goes on is not uploaded as a killed
 * one, and none by two at once. It ends with the process.
 */
public final class RunLock implements Closeable {
  private final FileChannel channel;

  private RunLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Locks the run of a folder; nothing if somebody else holds it. */
  public static Optional<RunLock> tryLock(Path runFolder) throws IOException {
    // Not the transaction log: closing any reader of a locked file would give the lock away.
    Path file = Files.createDirectories(runFolder.resolve("logs")).resolve("debug.log");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(new RunLock(channel));
      }
    } catch (OverlappingFileLockException e) {
      channel.close(); // This process holds it.
      return Optional.empty();
    }
    channel.close();
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
