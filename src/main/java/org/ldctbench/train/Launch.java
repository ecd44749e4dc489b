package org.ldctbench.train;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.ldctbench.wandb.run.UploadEnd;

/**
 * How a run was started.
 *
 * @param environment WANDB_* are looked up here
 * @param arguments of the command line, for the record only
 * @param uploadEnd how its end waits for the W&B server
 */
public record Launch(Map<String, String> environment, List<String> arguments, UploadEnd uploadEnd) {
  private static final Duration USUAL_PATIENCE = Duration.ofMinutes(5);

  public Launch {
    environment = Map.copyOf(environment);
    arguments = List.copyOf(arguments);
  }

  public Launch(Map<String, String> environment, List<String> arguments) {
    this(environment, arguments, UploadEnd.here(USUAL_PATIENCE));
  }
}
