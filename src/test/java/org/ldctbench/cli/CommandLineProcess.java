package org.ldctbench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the real command line in a process of its own, in a folder of its own. */
final class CommandLineProcess {
  private static final long LIMIT_SECONDS = 120;

  /** What a command left behind. */
  record Result(int code, String out, String err) {}

  private final Path folder;
  private final Map<String, String> environment;
  private final String libraries;

  CommandLineProcess(Path folder, Map<String, String> environment) {
    this(folder, environment, System.getProperty("java.library.path"));
  }

  /**
   * @param libraries folder of the native libraries
   */
  CommandLineProcess(Path folder, Map<String, String> environment, String libraries) {
    this.folder = folder;
    this.environment = environment;
    this.libraries = libraries;
  }

  Result run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process = start(out, err, arguments);
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException(String.join(" ", arguments) + " did not end");
    }
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** Starts a command whose output is of no interest. */
  Process start(String... arguments) throws IOException {
    return start(Path.of("/dev/null"), Path.of("/dev/null"), arguments);
  }

  private Process start(Path out, Path err, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.awt.headless=true");
    command.add("-Djava.library.path=" + libraries);
    command.add("-Dorg.bytedeco.javacpp.pathsFirst=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("org.ldctbench.cli.Main");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("WANDB_"));
    builder.environment().remove("LDCTBENCH_DATAFOLDER");
    builder.environment().putAll(environment);
    return builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }
}
