package org.ldctbench.cli;

import java.util.Map;
import org.ldctbench.common.Progress;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.SweepConfig;

/** Makes what a sweep executes. */
@FunctionalInterface
interface ProgramFactory {
  /**
   * @param overrides arguments of our trainer that the sweep file does not have
   * @param environment of the runs; WANDB_DIR says where they and the sweep are
   * @param parallel most runs at once
   */
  Program open(
      SweepConfig config,
      Map<String, Object> overrides,
      Map<String, String> environment,
      Progress.Factory progress,
      int parallel);
}
