package org.ldctbench.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.settings.WandbSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ldctbench agent}: runs what a sweep at the W&B server asks for. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description =
        "Takes part in a Weights & Biases sweep: starts the runs that the server chooses.",
    footer = {
      "",
      "Examples:",
      "  ldctbench agent ldct-benchmark/k3v9x0qa",
      "  ldctbench agent my-team/ldct-benchmark/k3v9x0qa --count 5",
      "",
      "The API key comes from WANDB_API_KEY or ~/.netrc, the server from WANDB_BASE_URL."
    })
public final class AgentCommand implements Callable<Integer> {
  @Spec CommandSpec spec;
  @Mixin OutputOptions output;

  @Parameters(paramLabel = "SWEEP", description = "[[ENTITY/]PROJECT/]SWEEP-ID")
  String sweepPath;

  @Option(names = "--count", paramLabel = "N", description = "End after N runs.")
  long count;

  @Override
  public Integer call() {
    WandbSettings settings = WandbSettings.load();
    PrintWriter err = spec.commandLine().getErr();
    Connection connection = new Connection(settings, Backoff.FOREGROUND);
    SweepApi api = new SweepApi(connection);
    try {
      ServerSweep sweep = find(api, new RunApi(connection), settings);
      return new SweepAgent(
              settings,
              System.getenv(),
              line -> {
                err.println("agent: " + line);
                err.flush();
              })
          .run(sweep, count, List.of());
    } catch (ServerException e) {
      throw new UserException(ExitCode.CONFIG, e.getMessage(), e);
    }
  }

  private ServerSweep find(SweepApi api, RunApi user, WandbSettings settings)
      throws ServerException {
    String[] parts = sweepPath.split("/", -1);
    String id = parts[parts.length - 1];
    if (parts.length > 3 || !id.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new UserException(
          ExitCode.USAGE, "'" + sweepPath + "' is not [[ENTITY/]PROJECT/]SWEEP-ID");
    }
    String project = parts.length > 1 ? parts[parts.length - 2] : settings.project();
    String entity = parts.length > 2 ? parts[0] : settings.entity();
    return api.find(
        entity.isEmpty() ? user.defaultEntity() : entity,
        project.isEmpty() ? "uncategorized" : project,
        id);
  }
}
