package org.ldctbench.wandb.sync;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.wandb.api.ServerException;
import org.ldctbench.wandb.api.ServerSweep;
import org.ldctbench.wandb.api.SweepApi;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Which sweep of the server the sweep of a folder is, kept in its {@code wandb-sweep.json}. The
 * file says first that a sweep is being created, so that one whose answer was lost with a killed
 * process is looked up and not created twice.
 */
public final class SweepRegistry {
  private static final String FILE = "wandb-sweep.json";

  private final SweepApi api;
  private final WandbSettings settings;
  private final Consumer<String> notices;

  public SweepRegistry(SweepApi api, WandbSettings settings, Consumer<String> notices) {
    this.api = api;
    this.settings = settings;
    this.notices = notices;
  }

  /** The server's sweep; it is created unless it was before. */
  public ServerSweep sweepOf(Path folder, SweepDraft draft, Destination destination)
      throws ServerException, IOException {
    JsonNode known = read(folder, destination);
    Optional<ServerSweep> sweep = sweep(known);
    if (sweep.isPresent()) {
      return sweep.get();
    }
    SweepDraft there = draft.at(destination.entity(), destination.project());
    Optional<ServerSweep> arrived = Optional.empty();
    if (known.path("creating").asBoolean(false)) {
      arrived = lookUp(there);
    } else {
      write(folder, destination, Map.of("creating", true));
    }
    ServerSweep created = arrived.isPresent() ? arrived.get() : create(there);
    remember(folder, destination, created);
    return created;
  }

  /** The server's sweep, if it was created before. */
  public Optional<ServerSweep> known(Path folder, Destination destination) throws IOException {
    return sweep(read(folder, destination));
  }

  /** Notes as what the sweep was created. */
  public void remember(Path folder, Destination destination, ServerSweep sweep) throws IOException {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("entity", sweep.entity());
    tree.put("project", sweep.project());
    tree.put("id", sweep.id());
    tree.put("storage_id", sweep.storageId());
    write(folder, destination, tree);
  }

  private Optional<ServerSweep> lookUp(SweepDraft draft) throws ServerException {
    try {
      return api.findMarked(draft);
    } catch (ServerException e) {
      if (e.status() == 0 || e.mayPass()) {
        throw e;
      }
      return Optional.empty(); // A project that is not there yet.
    }
  }

  private ServerSweep create(SweepDraft draft) throws ServerException {
    SweepApi.Created created = api.create(draft);
    created.warnings().forEach(warning -> notices.accept("W&B: sweep: " + warning));
    return created.sweep();
  }

  private JsonNode read(Path folder, Destination destination) throws IOException {
    try {
      JsonNode known = JsonValues.read(Files.readString(folder.resolve(FILE)));
      if (known.path("destination").asText().equals(destination.key(settings))) {
        return known;
      }
    } catch (NoSuchFileException e) {
      return JsonValues.tree(Map.of()); // Never sent anywhere.
    }
    return JsonValues.tree(Map.of());
  }

  private static Optional<ServerSweep> sweep(JsonNode known) {
    return known.path("id").asText("").isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ServerSweep(
                known.path("storage_id").asText(),
                known.path("entity").asText(),
                known.path("project").asText(),
                known.path("id").asText(),
                "",
                ""));
  }

  private void write(Path folder, Destination destination, Map<String, ?> more) throws IOException {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("destination", destination.key(settings));
    tree.putAll(more);
    AtomicFile.writeString(folder.resolve(FILE), JsonValues.write(tree) + "\n");
  }
}
