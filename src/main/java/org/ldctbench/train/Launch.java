package org.ldctbench.train;

import java.util.List;
import java.util.Map;

/**
 * How a run was started.
 *
 * @param environment WANDB_* are looked up here
 * @param arguments of the command line, for the record only
 */
public record Launch(Map<String, String> environment, List<String> arguments) {
  public Launch {
    environment = Map.copyOf(environment);
    arguments = List.copyOf(arguments);
  }
}
