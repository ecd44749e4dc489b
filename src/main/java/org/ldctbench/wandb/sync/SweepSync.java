package org.ldctbench.wandb.sync;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.log.JsonValues;
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

  /** Which sweep of the server this one became. */
  private static final String MAPPING = "wandb-sweep.json";

  private final SweepApi api;
  private final RunSync runs;
  private final WandbSettings settings;
  private final Consumer<String> notices;

  /** How many runs came to which end. */
  public record Result(ServerSweep sweep, Map<Outcome, Integer> runs) {}

  public SweepSync(SweepApi api, RunSync runs, WandbSettings settings, Consumer<String> notices) {
    this.api = api;
    this.runs = runs;
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
   */
  public Result sync(Path folder, Destination destination) throws ServerException {
    try {
      Path absolute = folder.toAbsolutePath().normalize();
      ServerSweep sweep = sweepOf(absolute, destination);
      notices.accept(
          "W&B: sweep "
              + sweep.id()
              + " at "
              + String.join(
                  "/", settings.appUrl(), sweep.entity(), sweep.project(), "sweeps", sweep.id()));
      Map<Outcome, Integer> outcomes = new LinkedHashMap<>();
      for (Path run : runFolders(absolute)) {
        Outcome outcome =
            runs.sync(run, new Destination(sweep.entity(), sweep.project(), sweep.id()));
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

  private ServerSweep sweepOf(Path folder, Destination destination)
      throws ServerException, IOException {
    Path mapping = folder.resolve(MAPPING);
    String key = destination.key(settings);
    try {
      JsonNode known = JsonValues.read(Files.readString(mapping));
      if (known.path("destination").asText().equals(key)) {
        return new ServerSweep(
            known.path("storage_id").asText(),
            known.path("entity").asText(),
            known.path("project").asText(),
            known.path("id").asText(),
            "",
            "");
      }
    } catch (NoSuchFileException e) {
      notices.accept("W&B: creating the sweep of " + folder);
    }
    ServerSweep sweep = create(folder, destination);
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("destination", key);
    tree.put("entity", sweep.entity());
    tree.put("project", sweep.project());
    tree.put("id", sweep.id());
    tree.put("storage_id", sweep.storageId());
    AtomicFile.writeString(mapping, JsonValues.write(tree) + "\n");
    return sweep;
  }

  private ServerSweep create(Path folder, Destination destination)
      throws ServerException, IOException {
    Path file = folder.resolve(CONFIG);
    Map<String, Object> config = YamlFile.read(file).values();
    SweepApi.Created created =
        api.create(
            first(destination.entity(), text(config, "entity"), settings.entity()),
            first(destination.project(), text(config, "project"), settings.project()),
            text(config, "name"),
            text(config, "description"),
            Files.readString(file),
            true);
    created.warnings().forEach(warning -> notices.accept("W&B: " + CONFIG + ": " + warning));
    return created.sweep();
  }

  /** Run folders beside the sweep's whose logs name it, oldest first. */
  private List<Path> runFolders(Path sweepFolder) throws IOException {
    String id = sweepFolder.getFileName().toString().replaceFirst("^sweep-", "");
    List<Path> found = new ArrayList<>();
    try (Stream<Path> folders = Files.list(sweepFolder.getParent())) {
      for (Path folder : folders.sorted().toList()) {
        boolean isRun = folder.getFileName().toString().matches("(offline-)?run-.*");
        if (isRun && Files.isDirectory(folder) && sweepOfRun(folder).equals(id)) {
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

  private static String text(Map<String, Object> config, String key) {
    return config.get(key) instanceof String text ? text : "";
  }

  private static String first(String... texts) {
    for (String text : texts) {
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }
}
