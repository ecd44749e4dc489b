package org.ldctbench.wandb.agent;

import java.io.IOException;
import java.util.Map;

/** Starts the program of a sweep. */
@FunctionalInterface
public interface RunLauncher {
  /**
   * Starts one run as a child process.
   *
   * @param parameters values by name, in the order for the command line
   */
  Process launch(String runId, Map<String, Object> parameters) throws IOException;
}
