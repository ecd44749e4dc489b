package org.ldctbench.wandb.log;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.ldctbench.wandb.proto.Record;

/**
 * Reads the records of a transaction log of any W&B client, also while it is being written: at the
 * end {@link #poll} answers with nothing and may be asked again later. Not thread-safe.
 */
public final class TransactionLogReader implements Closeable {
  private static final int MAX_RECORD_BYTES = 1 << 29;

  private final Path file;
  private final FileChannel channel;
  private final byte[] block = new byte[LogFormat.BLOCK];
  private long blockStart = -1;
  private int blockBytes;

  /** Where the next unread record begins. */
  private long position;

  private String problem = "";

  private TransactionLogReader(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens a log; an empty file is one whose writer has just begun. */
  public static TransactionLogReader open(Path file) throws IOException {
    return new TransactionLogReader(file, FileChannel.open(file, StandardOpenOption.READ));
  }

  /**
   * The next complete record, or nothing: then {@link #problem} tells an end between two records
   * from a torn or damaged one.
   */
  public Optional<Record> poll() throws IOException {
    try {
      if (position == 0 && !readFileHeader()) {
        return Optional.empty();
      }
      Optional<Record> record = readRecord();
      problem = "";
      return record;
    } catch (UnreadableException e) {
      problem = e.getMessage();
      blockStart = -1; // What is there now may change before the next attempt.
      return Optional.empty();
    }
  }

  /** Why the last {@link #poll} gave nothing, in words; empty if the log ends after a record. */
  public String problem() {
    return problem;
  }

  /** Bytes of complete records read so far, file header included. */
  public long position() {
    return position;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private boolean readFileHeader() throws IOException {
    byte[] expected = LogFormat.fileHeader();
    byte[] found = new byte[expected.length];
    int count = read(ByteBuffer.wrap(found), 0);
    if (!Arrays.equals(found, 0, count, expected, 0, count)) {
      throw unreadable("is not a W&B transaction log (bad file header)");
    }
    if (count == 0) {
      problem = "";
      return false;
    }
    if (count < expected.length) {
      throw unreadable("ends within the file header");
    }
    position = expected.length;
    return true;
  }

  private Optional<Record> readRecord() throws IOException {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    long at = position;
    boolean inside = false;
    while (true) {
      int left = LogFormat.BLOCK - (int) (at % LogFormat.BLOCK);
      if (left < LogFormat.CHUNK_HEADER_BYTES) {
        at += left;
        continue;
      }
      int available = load(at, LogFormat.CHUNK_HEADER_BYTES);
      if (available == 0 && !inside) {
        return Optional.empty();
      }
      if (available < LogFormat.CHUNK_HEADER_BYTES) {
        throw unreadable("ends within the record at byte " + position);
      }
      ByteBuffer header =
          ByteBuffer.wrap(block, offset(at), LogFormat.CHUNK_HEADER_BYTES)
              .order(ByteOrder.LITTLE_ENDIAN);
      int checksum = header.getInt();
      int length = Short.toUnsignedInt(header.getShort());
      byte type = header.get();
      boolean begins = type == LogFormat.FULL || type == LogFormat.FIRST;
      boolean known = type >= LogFormat.FULL && type <= LogFormat.LAST;
      if (!known || begins == inside || length > left - LogFormat.CHUNK_HEADER_BYTES) {
        throw unreadable("is damaged at byte " + at + " (bad chunk header)");
      }
      if (load(at, LogFormat.CHUNK_HEADER_BYTES + length) < LogFormat.CHUNK_HEADER_BYTES + length) {
        throw unreadable("ends within the record at byte " + position);
      }
      int from = offset(at) + LogFormat.CHUNK_HEADER_BYTES;
      if (LogFormat.checksum(type, block, from, length) != checksum) {
        throw unreadable("is damaged at byte " + at + " (checksum mismatch)");
      }
      if (payload.size() > MAX_RECORD_BYTES - length) {
        throw unreadable("has a record above 512 MiB at byte " + position);
      }
      payload.write(block, from, length);
      at += LogFormat.CHUNK_HEADER_BYTES + length;
      inside = true;
      if (type == LogFormat.FULL || type == LogFormat.LAST) {
        Record record = parse(payload.toByteArray());
        position = at;
        return Optional.of(record);
      }
    }
  }

  private Record parse(byte[] payload) throws UnreadableException {
    try {
      return Record.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw unreadable("is damaged at byte " + position + " (not a record)");
    }
  }

  private static int offset(long at) {
    return (int) (at % LogFormat.BLOCK);
  }

  /** Makes up to {@code wanted} bytes from {@code at} available in the block; says how many are. */
  private int load(long at, int wanted) throws IOException {
    long start = at - offset(at);
    if (start != blockStart || blockBytes - offset(at) < wanted) {
      blockStart = start;
      blockBytes = read(ByteBuffer.wrap(block), start);
    }
    return Math.max(0, Math.min(wanted, blockBytes - offset(at)));
  }

  private int read(ByteBuffer into, long from) throws IOException {
    int count = 0;
    int got;
    do {
      got = channel.read(into, from + count);
      count += Math.max(got, 0);
    } while (got > 0 && into.hasRemaining());
    return count;
  }

  private UnreadableException unreadable(String what) {
    return new UnreadableException(file + " " + what);
  }

  private static final class UnreadableException extends IOException {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }
}
