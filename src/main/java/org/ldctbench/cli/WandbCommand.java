package org.ldctbench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.launch.SweepDrafts;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.wandb.api.Backoff;
import org.ldctbench.wandb.api.Connection;
import org.ldctbench.wandb.api.RunApi;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.Destination;
import org.ldctbench.wandb.sync.RunSync;
import org.ldctbench.wandb.sync.RunSync.Outcome;
import org.ldctbench.wandb.sync.SweepSync;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ldctbench wandb}: what concerns Weights & Biases. */
@Command(
    name = "wandb",
    mixinStandardHelpOptions = true,
    description = "Works with Weights & Biases.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = WandbCommand.Sync.class)
public final class WandbCommand {

  /** {@code ldctbench wandb sync}. */
  @Command(
      name = "sync",
      mixinStandardHelpOptions = true,
      description = {
        "Uploads runs and sweeps that were kept offline or could not be sent.",
        "An interrupted upload continues where it stopped; a run that is at the server is skipped."
      },
      footer = {
        "",
        "Examples:",
        "  ldctbench wandb sync wandb/offline-run-20260101_120000-abcd1234",
        "  ldctbench wandb sync wandb/sweep-k3v9x0qa",
        "  ldctbench wandb sync --project lab wandb/offline-run-*",
        "",
        "The API key comes from WANDB_API_KEY or ~/.netrc, the server from WANDB_BASE_URL."
      })
  static final class Sync implements Callable<Integer> {
    @Spec CommandSpec spec;
    @Mixin OutputOptions output;

    @Parameters(
        arity = "1..*",
        paramLabel = "PATH",
        description = "Folders of runs (wandb/offline-run-...) or of sweeps (wandb/sweep-...).")
    List<Path> paths;

    @Option(names = "--project", description = "Project to use instead of the runs' own.")
    String project = "";

    @Option(names = "--entity", description = "User or team to use instead of the runs' own.")
    String entity = "";

    @Override
    public Integer call() {
      WandbSettings settings = WandbSettings.load();
      PrintWriter out = spec.commandLine().getOut();
      PrintWriter err = spec.commandLine().getErr();
      Connection connection = new Connection(settings, Backoff.FOREGROUND);
      RunSync runs = new RunSync(new RunApi(connection), settings, line -> err.println(line));
      SweepSync sweeps =
          new SweepSync(new SweepApi(connection), runs, settings, line -> err.println(line));
      Destination destination = new Destination(entity, WandbSettings.checkedProject(project), "");
      boolean allThere = true;
      for (Path path : paths) {
        Outcome outcome =
            SweepSync.isSweep(path)
                ? syncSweep(sweeps, path, destination, settings)
                : runs.sync(path, destination);
        allThere &= outcome != Outcome.FAILED;
        out.println(
            switch (outcome) {
              case UPLOADED -> path + ": uploaded";
              case SKIPPED -> path + ": skipped, it was uploaded before";
              case FAILED -> path + ": not uploaded";
            });
        out.flush();
      }
      return (allThere ? ExitCode.OK : ExitCode.OUTPUT).code();
    }

    private Outcome syncSweep(
        SweepSync sweeps, Path path, Destination destination, WandbSettings settings) {
      PrintWriter out = spec.commandLine().getOut();
      try {
        SweepDraft draft = SweepDrafts.of(new SweepFolder(path.toAbsolutePath()), settings);
        SweepSync.Result result = sweeps.sync(path, draft, destination);
        result
            .runs()
            .forEach(
                (outcome, count) ->
                    out.println("  " + count + " runs " + outcome.name().toLowerCase(Locale.ROOT)));
        return result.runs().containsKey(Outcome.FAILED) ? Outcome.FAILED : Outcome.UPLOADED;
      } catch (ServerException e) {
        spec.commandLine().getErr().println("W&B: " + path + ": " + e.getMessage());
        return Outcome.FAILED;
      }
    }
  }
}
