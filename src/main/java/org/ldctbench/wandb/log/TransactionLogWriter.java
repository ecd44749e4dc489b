package org.ldctbench.wandb.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.RecordInfo;

/**
 * Appends records to a new transaction log {@code run-<id>.wandb}. Each record reaches the
 * operating system in one write, so that a killed process leaves all earlier records readable.
 * Thread-safe.
 */
public final class TransactionLogWriter implements RecordSink {
  private final FileChannel channel;
  private final RecordInfo info;
  private long position;
  private long count;

  private TransactionLogWriter(FileChannel channel, String runId) {
    this.channel = channel;
    this.info = RecordInfo.newBuilder().setStreamId(runId).build();
  }

  /** Creates the log; fails if the file exists. */
  public static TransactionLogWriter create(Path file, String runId) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    TransactionLogWriter writer = new TransactionLogWriter(channel, runId);
    writer.writeAll(ByteBuffer.wrap(LogFormat.fileHeader()));
    return writer;
  }

  /** Continues a stopped run's log, cutting off what {@link StoppedRun} does not keep. */
  public static TransactionLogWriter resume(Path file, String runId, StoppedRun stopped)
      throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    TransactionLogWriter writer = new TransactionLogWriter(channel, runId);
    channel.truncate(stopped.position());
    channel.position(stopped.position());
    writer.position = stopped.position();
    writer.count = stopped.records();
    return writer;
  }

  /**
   * Appends one record, numbered by this writer. When the write fails (disk full) the log is cut
   * back to the records before, so that later records stay readable.
   */
  @Override
  public synchronized void append(Record.Builder record) throws IOException {
    byte[] payload = record.setNum(count + 1).setInfo(info).build().toByteArray();
    writeAll(chunks(payload));
    count++;
  }

  @Override
  public synchronized void force() throws IOException {
    channel.force(false);
  }

  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  private ByteBuffer chunks(byte[] payload) {
    int room = LogFormat.BLOCK - LogFormat.CHUNK_HEADER_BYTES;
    int most = payload.length + (payload.length / room + 3) * 2 * LogFormat.CHUNK_HEADER_BYTES;
    ByteBuffer out = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
    int done = 0;
    boolean first = true;
    boolean last;
    do {
      int left = LogFormat.BLOCK - (int) ((position + out.position()) % LogFormat.BLOCK);
      if (left < LogFormat.CHUNK_HEADER_BYTES) {
        out.put(new byte[left]);
        left = LogFormat.BLOCK;
      }
      int length = Math.min(payload.length - done, left - LogFormat.CHUNK_HEADER_BYTES);
      last = done + length == payload.length;
      byte type = type(first, last);
      out.putInt(LogFormat.checksum(type, payload, done, length));
      out.putShort((short) length);
      out.put(type);
      out.put(payload, done, length);
      done += length;
      first = false;
    } while (!last);
    return out.flip();
  }

  private static byte type(boolean first, boolean last) {
    if (first) {
      return last ? LogFormat.FULL : LogFormat.FIRST;
    }
    return last ? LogFormat.LAST : LogFormat.MIDDLE;
  }

  private void writeAll(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      channel.truncate(position);
      channel.position(position);
      throw e;
    }
    position += length;
  }
}
