package org.ldctbench.train;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a run was started.
 *
 * @param environment WANDB_* are looked up here
 * @param arguments of the command line, for the record only
 * @param uploadPatience how long its end waits for a W&B server that takes nothing
 */
public record Launch(
    Map<String, String> environment, List<String> arguments, Duration uploadPatience) {
  private static final Duration USUAL_PATIENCE = Duration.ofMinutes(5);

  public Launch {
    environment = Map.copyOf(environment);
    arguments = List.copyOf(arguments);
  }

  public Launch(Map<String, String> environment, List<String> arguments) {
    this(environment, arguments, USUAL_PATIENCE);
  }
}
