package org.ldctbench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.launch.AgentLauncher;
import org.ldctbench.wandb.agent.Agent;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.settings.WandbSettings;

/** An agent for a sweep of the server, in the foreground of this process. */
final class SweepAgent {
  private static final List<String> DEFAULT_COMMAND =
      List.of("${env}", "${interpreter}", "${program}", "${args}");

  /** Few attempts: the next heartbeat is one, too. */
  private static final Backoff HEARTBEATS = new Backoff(2, Duration.ofSeconds(2));

  private final WandbSettings settings;
  private final Map<String, String> environment;
  private final Consumer<String> notices;

  SweepAgent(WandbSettings settings, Map<String, String> environment, Consumer<String> notices) {
    this.settings = settings;
    this.environment = environment;
    this.notices = notices;
  }

  /**
   * Works until the sweep, its count or the user ends it.
   *
   * @param count ended runs after which it does; 0 for no limit
   * @param more words for the end of each command line
   * @return the exit status
   */
  int run(ServerSweep sweep, long count, List<String> more) throws ServerException {
    try (Interrupts interrupts = new Interrupts()) {
      Agent agent =
          new Agent(
              new SweepApi(new Connection(settings, HEARTBEATS)),
              sweep,
              launcher(sweep, more),
              Agent.Limits.of(count, environment),
              interrupts,
              notices);
      int status = agent.run(settings.host().isEmpty() ? "ldctbench" : settings.host());
      return interrupts.getAsInt() > 0 ? ExitCode.INTERRUPTED.code() : status;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED.code();
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT, settings.wandbFolder() + ": cannot be written (" + e + ")", e);
    }
  }

  private AgentLauncher launcher(ServerSweep sweep, List<String> more) throws IOException {
    Path folder = Files.createDirectories(settings.wandbFolder().resolve("sweep-" + sweep.id()));
    Path copy = folder.resolve("server-sweep.yaml");
    AtomicFile.writeString(copy, sweep.config());
    Map<String, Object> config = YamlFile.read(copy).values();
    List<String> command =
        config.get("command") instanceof List<?> words
            ? words.stream().map(String::valueOf).toList()
            : DEFAULT_COMMAND;
    return new AgentLauncher(
        sweep,
        String.valueOf(config.getOrDefault("program", "")),
        command,
        settings.wandbFolder(),
        environment,
        more);
  }
}
