package org.ldctbench.cli;

import java.nio.file.Path;
import org.ldctbench.sweep.SweepConfig;
import picocli.CommandLine.Parameters;

/** The sweep file that a command is about. */
final class SweepFile {
  @Parameters(paramLabel = "FILE", description = "Sweep file, YAML or JSON.")
  Path path;

  /** Its configuration; what is wrong with it is the user's error. */
  SweepConfig read() {
    return SweepConfig.read(path);
  }
}
