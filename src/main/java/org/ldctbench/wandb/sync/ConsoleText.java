package org.ldctbench.wandb.sync;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.ldctbench.wandb.proto.OutputRawRecord;
import org.ldctbench.wandb.proto.OutputRawRecord.OutputType;

/**
 * Console output as lines: a carriage return rewrites the line, as on a terminal. A line counts
 * once it is ended.
 */
final class ConsoleText {
  private static final Pattern CURSOR_CODE = Pattern.compile("\\x1b\\[[0-9;?]*[A-LSTfhlnsu]");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);

  private final Unfinished output = new Unfinished();
  private final Unfinished error = new Unfinished();

  /**
   * @param streamed as the server's stream has it: time, and a mark for standard error
   * @param plain the text alone
   */
  record Line(String streamed, String plain) {}

  /** The lines that this output ends. */
  List<Line> accept(OutputRawRecord record) {
    boolean isError = record.getOutputType() == OutputType.STDERR;
    Unfinished line = isError ? error : output;
    List<Line> ended = new ArrayList<>();
    for (char c : CURSOR_CODE.matcher(record.getLine()).replaceAll("").toCharArray()) {
      if (c == '\n') {
        ended.add(line(line.take(), record.getTimestamp(), isError));
      } else {
        line.put(c);
      }
    }
    return ended;
  }

  /** What no line end followed. */
  List<Line> rest() {
    List<Line> rest = new ArrayList<>();
    Instant now = Instant.now();
    Timestamp time = Timestamp.newBuilder().setSeconds(now.getEpochSecond()).build();
    if (!output.text.isEmpty()) {
      rest.add(line(output.take(), time, false));
    }
    if (!error.text.isEmpty()) {
      rest.add(line(error.take(), time, true));
    }
    return rest;
  }

  private static Line line(String text, Timestamp time, boolean isError) {
    Instant instant = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    return new Line((isError ? "ERROR " : "") + TIME.format(instant) + " " + text, text);
  }

  private static final class Unfinished {
    private final StringBuilder text = new StringBuilder();
    private int column;

    void put(char c) {
      if (c == '\r') {
        column = 0;
      } else if (column < text.length()) {
        text.setCharAt(column++, c);
      } else {
        text.append(c);
        column++;
      }
    }

    String take() {
      String line = text.toString();
      text.setLength(0);
      column = 0;
      return line;
    }
  }
}
