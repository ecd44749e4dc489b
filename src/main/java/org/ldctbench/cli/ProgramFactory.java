package org.ldctbench.cli;

import java.nio.file.Path;
import java.util.Map;
import org.ldctbench.common.Progress;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.SweepConfig;

/** Makes what a sweep executes. */
@FunctionalInterface
interface ProgramFactory {
  /**
   * @param overrides arguments of our trainer that the sweep file does not have
   * @param root absolute folder of runs and sweeps
   */
  Program open(
      SweepConfig config, Map<String, Object> overrides, Path root, Progress.Factory progress);
}
