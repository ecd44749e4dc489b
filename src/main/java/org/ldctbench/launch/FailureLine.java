package org.ldctbench.launch;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Finds in a failed child's output the line that says why. */
final class FailureLine {
  private static final int TAIL_BYTES = 1 << 16;
  private static final int MOST_CHARACTERS = 200;

  /** Colours, cursor movements and titles (ECMA-48 control and operating system sequences). */
  private static final Pattern TERMINAL_CODES =
      Pattern.compile(
          "\u001b(\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(\u0007|\u001b\\\\)|[@-Z\\\\^_])");

  /** What W&B's clients say at the end of a run, ours included. */
  private static final Pattern CHATTER = Pattern.compile("(wandb|W&B): .*|wandb:");

  private static final String TRACEBACK = "Traceback (most recent call last):";

  private FailureLine() {}

  /** Reads the end of the output; empty if it holds nothing. */
  static String of(Path log) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      byte[] tail = new byte[(int) Math.min(TAIL_BYTES, file.length())];
      file.seek(file.length() - tail.length);
      file.readFully(tail);
      return of(new String(tail, StandardCharsets.UTF_8));
    }
  }

  /** The exception of the last Python traceback, else the last line that is not W&B's. */
  static String of(String output) {
    List<String> lines =
        TERMINAL_CODES
            .matcher(output)
            .replaceAll("")
            .lines()
            .map(String::stripTrailing)
            .filter(line -> !line.isBlank())
            .toList();
    List<String> own = lines.stream().filter(line -> !CHATTER.matcher(line).matches()).toList();
    String line = own.isEmpty() ? last(lines) : exception(own);
    line = line.strip();
    return line.length() > MOST_CHARACTERS ? line.substring(0, MOST_CHARACTERS) + "..." : line;
  }

  /** Frames are indented, the exception after them is not. */
  private static String exception(List<String> lines) {
    int traceback = lines.lastIndexOf(TRACEBACK);
    return lines.stream()
        .skip(traceback + 1L)
        .filter(line -> traceback >= 0 && !line.startsWith(" "))
        .findFirst()
        .orElse(last(lines));
  }

  private static String last(List<String> lines) {
    return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
  }
}
