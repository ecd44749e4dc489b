package org.ldctbench.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * The append-only record of a sweep: one JSON line an event, on disk before {@link #append}
 * returns. What was half written when a process died is cut off. One process at a time may hold it.
 */
public final class Journal implements AutoCloseable {
  /** File name in the sweep folder. */
  public static final String FILE = "journal.jsonl";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Path file;
  private final FileChannel channel;
  private final FileLock lock;
  private final SweepState state = new SweepState();

  private Journal(Path file, FileChannel channel, FileLock lock) {
    this.file = file;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Opens or creates the journal of a sweep folder, for this process alone, and replays it.
   *
   * @throws UserException if another process holds it, or a line in its middle is damaged
   */
  public static Journal open(Path folder) {
    Path file = folder.resolve(FILE);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      Journal journal = new Journal(file, channel, lock(file, channel));
      journal.replay();
      return journal;
    } catch (IOException e) {
      closeQuietly(channel);
      throw new UserException(
          ExitCode.OUTPUT, file + ": cannot be opened (" + e + "); check the folder", e);
    } catch (RuntimeException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  /** Replays the journal of a sweep folder without holding or changing it. */
  public static SweepState read(Path folder) {
    Path file = folder.resolve(FILE);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Journal journal = new Journal(file, channel, null);
      journal.apply(journal.content());
      return journal.state;
    } catch (IOException e) {
      throw new UserException(
          ExitCode.CONFIG, file + ": cannot be read (" + e + "); name a sweep folder or id", e);
    }
  }

  private static FileLock lock(Path file, FileChannel channel) throws IOException {
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this very process: refused below like any other holder.
    }
    if (lock == null) {
      throw new UserException(
          ExitCode.OUTPUT, file + ": in use by another process; wait for it or stop it first");
    }
    return lock;
  }

  private byte[] content() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // Until all is read.
    }
    return java.util.Arrays.copyOf(buffer.array(), buffer.position());
  }

  private void replay() throws IOException {
    int whole = apply(content());
    if (whole < channel.size()) {
      channel.truncate(whole);
      channel.force(true);
    }
    channel.position(whole);
  }

  /**
   * Applies every complete line.
   *
   * @return how many bytes they take; what follows is torn
   */
  private int apply(byte[] content) {
    int start = 0;
    int line = 0;
    for (int end = 0; end < content.length; end++) {
      if (content[end] != '\n') {
        continue;
      }
      line++;
      try {
        state.apply(JSON.readValue(content, start, end - start, JournalEvent.class));
      } catch (IOException | IllegalArgumentException e) {
        if (end + 1 == content.length) {
          return start; // The last line: garbage from a crash of the machine.
        }
        throw new UserException(
            ExitCode.CONFIG,
            file + ":" + line + ": damaged line; remove it, or restore the file from a copy",
            e);
      }
      start = end + 1;
    }
    return start;
  }

  public SweepState state() {
    return state;
  }

  /**
   * Records an event; on return it is on disk.
   *
   * @throws UserException with code OUTPUT if it cannot be written
   */
  public void append(JournalEvent event) {
    append(List.of(event));
  }

  /**
   * Records events in their order, with one flush for all of them; on return they are on disk.
   *
   * @throws UserException with code OUTPUT if they cannot be written
   */
  public synchronized void append(List<? extends JournalEvent> events) {
    try {
      StringBuilder text = new StringBuilder();
      for (JournalEvent event : events) {
        text.append(JSON.writeValueAsString(event)).append('\n');
      }
      ByteBuffer lines = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (lines.hasRemaining()) {
        channel.write(lines);
      }
      channel.force(false);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT,
          file + ": cannot be written (" + e + "); free some space, then --resume",
          e);
    }
    events.forEach(state::apply);
  }

  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      // Released with the channel all the same.
    }
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Every line is on disk already.
    }
  }
}
