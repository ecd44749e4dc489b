package org.ldctbench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.launch.InProcessProgram;
import org.ldctbench.launch.SweepDrafts;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.settings.WandbSettings;

/** A sweep whose parameters the W&B server suggests: all as the original does it. */
final class ServerSearch {
  private static final List<String> SHOWN = List.of("SSIM", "PSNR", "RMSE");

  private final WandbSettings settings;
  private final Map<String, String> environment;
  private final boolean json;

  ServerSearch(WandbSettings settings, Map<String, String> environment, boolean json) {
    this.settings = settings;
    this.environment = environment;
    this.json = json;
  }

  /**
   * Creates the sweep, takes part in it, and prints its best run.
   *
   * @param fixed value by name of the parameters that are fixed
   * @param overrides arguments of our trainer that the sweep does not have
   * @param count runs, 0 for no limit
   * @return the exit status
   */
  int run(Path config, Map<String, Object> fixed, Map<String, Object> overrides, long count)
      throws IOException {
    if (!settings.online()) {
      throw new UserException(
          ExitCode.CONFIG,
          "--search wandb asks the server: set WANDB_API_KEY and no WANDB_MODE, or leave it out");
    }
    SweepConfig sweep = SweepConfig.read(config, fixed);
    sweep.warnings().forEach(warning -> System.err.println("warning: " + warning));
    SweepApi api = new SweepApi(new Connection(settings, Backoff.FOREGROUND));
    try {
      SweepApi.Created created =
          api.create(SweepDrafts.of(config, fixed, SweepFolder.newId(), settings, false));
      created.warnings().forEach(text -> System.err.println("W&B: " + config + ": " + text));
      ServerSweep there = created.sweep();
      PrintStream human = json ? System.err : System.out;
      human.println("Create sweep with ID: " + there.id());
      human.println("Sweep URL: " + settings.sweepUrl(there.entity(), there.project(), there.id()));
      human.println(
          "Starting hyperparameter optimization with "
              + (count == 0 ? "unlimited" : count)
              + " runs. Sweep ID: "
              + there.id());
      boolean ours = InProcessProgram.NAME.equals(sweep.program());
      int status =
          new SweepAgent(settings, environment, line -> System.err.println("agent: " + line))
              .run(there, count, ours ? words(overrides) : List.of());
      summary(there, api, sweep.metric());
      return status;
    } catch (ServerException e) {
      throw new UserException(ExitCode.CONFIG, e.getMessage(), e);
    }
  }

  private static List<String> words(Map<String, Object> overrides) {
    return overrides.entrySet().stream().map(e -> "--" + e.getKey() + "=" + e.getValue()).toList();
  }

  private void summary(ServerSweep sweep, SweepApi api, Optional<Metric> metric)
      throws ServerException, IOException {
    Optional<SweepApi.BestRun> best =
        api.bestRun(
            sweep, metric.map(Metric::name).orElse(""), metric.map(Metric::maximize).orElse(false));
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("sweep", sweep.id());
      all.put("url", settings.sweepUrl(sweep.entity(), sweep.project(), sweep.id()));
      all.put("runs", best.map(SweepApi.BestRun::runs).orElse(0L));
      all.put("best", best.map(ServerSearch::tree).orElse(null));
      System.out.println(new ObjectMapper().writeValueAsString(all));
      return;
    }
    System.out.println("Summary of hyperparameter optimization with sweep ID " + sweep.id());
    System.out.println("   Number of runs: " + best.map(SweepApi.BestRun::runs).orElse(0L));
    best.ifPresent(
        run -> {
          System.out.println("   Best run: " + run.displayName());
          for (String key : SHOWN) {
            if (run.summary().path(key).isNumber()) {
              System.out.printf(
                  Locale.ROOT, "   %s: %.3f%n", key, run.summary().get(key).doubleValue());
            }
          }
        });
  }

  private static Map<String, Object> tree(SweepApi.BestRun run) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("run", run.id());
    tree.put("name", run.displayName());
    tree.put("summary", run.summary());
    return tree;
  }
}
