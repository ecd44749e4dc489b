package org.ldctbench.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import picocli.CommandLine.Option;

/** Where a command also writes its table. */
final class TableFile {
  @Option(
      names = "--table",
      paramLabel = "FILE",
      description = "Also write the table to FILE, in Markdown.")
  private Path file;

  void write(String markdown) {
    if (file == null) {
      return;
    }
    try {
      AtomicFile.writeString(file.toAbsolutePath(), markdown);
    } catch (IOException e) {
      throw new UserException(ExitCode.OUTPUT, file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
