package org.ldctbench.launch;

import java.nio.file.Path;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.SweepConfig;

/** Makes what a sweep executes. */
@FunctionalInterface
public interface ProgramFactory {
  /**
   * @param root absolute folder of runs and sweeps
   */
  Program open(SweepConfig config, Path root);
}
