package org.ldctbench.common;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Child processes in a session, and so a process group, of their own: Ctrl-C at the terminal
 * reaches this program alone, which decides what becomes of them.
 */
public final class ChildProcess {
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private ChildProcess() {}

  /**
   * Starts a child without standard input.
   *
   * @throws IOException if its program is not there, among others
   */
  public static Process start(ProcessBuilder builder) throws IOException {
    builder.redirectInput(new File("/dev/null"));
    List<String> words = builder.command();
    if (Files.isExecutable(SETSID)) {
      requireExecutable(words.get(0), builder);
      List<String> detached = new ArrayList<>(List.of(SETSID.toString(), "--"));
      detached.addAll(words);
      builder.command(detached);
    }
    return builder.start();
  }

  /** Ends a child and all that it started, at once. */
  public static void kill(Process process) {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** What setsid could only say by its exit code. */
  private static void requireExecutable(String program, ProcessBuilder builder) throws IOException {
    Path base =
        builder.directory() == null ? Path.of("").toAbsolutePath() : builder.directory().toPath();
    if (program.contains("/")) {
      if (!Files.isExecutable(base.resolve(program))) {
        throw new IOException(program + ": no such program");
      }
      return;
    }
    String path = builder.environment().getOrDefault("PATH", "/usr/bin:/bin");
    for (String folder : path.split(":", -1)) {
      Path file = base.resolve(folder).resolve(program);
      if (Files.isExecutable(file) && !Files.isDirectory(file)) {
        return;
      }
    }
    throw new IOException(program + ": no such program on PATH");
  }
}
