package org.ldctbench.wandb.sync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.log.TransactionLogReader;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.settings.WandbSettings;
import org.ldctbench.wandb.sync.RunSync.Outcome;

/**
 * Uploads a sweep that ran without a network: {@code wandb/sweep-<id>/} with its {@code
 * sweep.yaml}, and all runs beside it that say in their logs that they belong to it.
 */
public final class SweepSync {
  private static final String CONFIG = "sweep.yaml";

  private final SweepApi api;
  private final RunSync runs;
  private final SweepRegistry registry;
  private final WandbSettings settings;
  private final Consumer<String> notices;

  /** How many runs came to which end. */
  public record Result(ServerSweep sweep, Map<Outcome, Integer> runs) {}

  public SweepSync(SweepApi api, RunSync runs, WandbSettings settings, Consumer<String> notices) {
    this.api = api;
    this.runs = runs;
    this.registry = new SweepRegistry(api, settings, notices);
    this.settings = settings;
    this.notices = notices;
  }

  /** Whether a folder is that of a sweep. */
  public static boolean isSweep(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * Creates the sweep at the server unless an earlier, interrupted upload did, and uploads its runs
   * into it.
   *
   * @param draft what to create it from
   */
  public Result sync(Path folder, SweepDraft draft, Destination destination)
      throws ServerException {
    try {
      Path absolute = folder.toAbsolutePath().normalize();
      ServerSweep sweep = registry.sweepOf(absolute, draft, destination);
      notices.accept(
          "W&B: sweep "
              + sweep.id()
              + " at "
              + settings.sweepUrl(sweep.entity(), sweep.project(), sweep.id()));
      Map<Outcome, Integer> outcomes = new LinkedHashMap<>();
      for (Path run : runFolders(absolute, sweep.id())) {
        // What was sent while it ran goes on where it went.
        Outcome outcome =
            runs.sync(
                run,
                RunSync.online(run)
                    ? Destination.OWN
                    : new Destination(sweep.entity(), sweep.project(), sweep.id()));
        outcomes.merge(outcome, 1, Integer::sum);
      }
      if (!outcomes.containsKey(Outcome.FAILED)) {
        api.setState(sweep, "FINISHED");
      }
      return new Result(sweep, outcomes);
    } catch (IOException e) {
      throw new UserException(
          ExitCode.OUTPUT, folder + ": cannot be synced (" + e.getMessage() + ")", e);
    }
  }

  /** Run folders beside the sweep's whose logs name it, oldest first. */
  private static List<Path> runFolders(Path sweepFolder, String serverId) throws IOException {
    String id = sweepFolder.getFileName().toString().replaceFirst("^sweep-", "");
    List<Path> found = new ArrayList<>();
    try (Stream<Path> folders = Files.list(sweepFolder.getParent())) {
      for (Path folder : folders.sorted().toList()) {
        boolean isRun = folder.getFileName().toString().matches("(offline-)?run-.*");
        boolean folderOfRun = isRun && Files.isDirectory(folder);
        if (folderOfRun && List.of(id, serverId).contains(sweepOfRun(folder))) {
          found.add(folder);
        }
      }
    }
    return found;
  }

  private static String sweepOfRun(Path folder) throws IOException {
    Path log;
    try {
      log = RunSync.logOf(folder);
    } catch (UserException e) {
      return ""; // A folder without a log is nobody's run.
    }
    try (TransactionLogReader reader = TransactionLogReader.open(log)) {
      for (var r = reader.poll(); r.isPresent(); r = reader.poll()) {
        Record record = r.get();
        if (record.hasRun()) {
          return record.getRun().getSweepId();
        }
      }
    }
    return "";
  }
}
