package org.ldctbench.cli;

import org.ldctbench.common.Progress;
import picocli.CommandLine.Option;

/** What every command accepts about its output. */
public final class OutputOptions {
  @Option(
      names = "--verbose",
      description = "Show stack traces and more of what happens on standard error.")
  boolean verbose;

  @Option(names = "--quiet", description = "No progress display.")
  boolean quiet;

  /** Progress on standard error: a bar on a terminal, plain lines elsewhere. */
  Progress.Factory progress() {
    return quiet ? Progress.SILENT : new TerminalProgress();
  }
}
