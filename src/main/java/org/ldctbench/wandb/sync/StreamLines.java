package org.ldctbench.wandb.sync;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Lines of one stream file that wait to be sent, each known by its number in the log. */
final class StreamLines {
  /** The server takes at most 10 MB a request; a line may not be longer either. */
  static final int MAX_LINE_BYTES = 9_900_000;

  private final Deque<String> waiting = new ArrayDeque<>();
  private long sent;
  private long seen;
  private long bytes;

  /** Lines below this number are at the server already and are not kept. */
  void skip(long count) {
    while (sent < count) {
      if (!waiting.isEmpty()) {
        bytes -= size(waiting.removeFirst());
      }
      sent++;
    }
  }

  /** Adds a line; returns whether it was short enough. */
  boolean add(String line) {
    boolean fits = size(line) <= MAX_LINE_BYTES;
    if (fits) {
      if (seen++ >= sent) {
        waiting.add(line);
        bytes += size(line);
      }
    }
    return fits;
  }

  /** The first lines that together have at most this many bytes; at least one fits if asked for. */
  List<String> head(long mostBytes) {
    List<String> head = new ArrayList<>();
    long total = 0;
    for (String line : waiting) {
      total += size(line);
      if (total > mostBytes) {
        break;
      }
      head.add(line);
    }
    return head;
  }

  long sent() {
    return sent;
  }

  long bytes() {
    return bytes;
  }

  static long size(String line) {
    return line.length() > MAX_LINE_BYTES
        ? line.length()
        : line.getBytes(StandardCharsets.UTF_8).length + 3L;
  }
}
