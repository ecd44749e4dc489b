package org.ldctbench.wandb.sync;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.wandb.log.JsonValues;

/**
 * What the server has of a run, kept beside its log ({@code run-<id>.wandb.upload}), so that an
 * interrupted upload continues and nothing is sent twice.
 */
final class UploadProgress {
  private final Path file;

  /** Where the server has the run; progress there says nothing about another server. */
  private final String destination;

  /** History rows that the server had before the first of this log. */
  long historyBase = -1;

  /** Statistics that the server had before the first of this log. */
  long eventsBase;

  long history;
  long events;
  long output;
  private final Set<String> files = new LinkedHashSet<>();

  private boolean begun;

  private UploadProgress(Path file, String destination) {
    this.file = file;
    this.destination = destination;
  }

  static Path fileOf(Path log) {
    return log.resolveSibling(log.getFileName() + ".upload");
  }

  /** Reads the progress towards a destination; none if there was no upload to it. */
  static UploadProgress read(Path log, String destination) throws IOException {
    UploadProgress progress = new UploadProgress(fileOf(log), destination);
    try {
      JsonNode tree = JsonValues.read(Files.readString(progress.file));
      if (tree.path("destination").asText().equals(destination)) {
        progress.begun = true;
        progress.historyBase = tree.path("history_base").asLong(-1);
        progress.eventsBase = tree.path("events_base").asLong();
        progress.history = tree.path("history").asLong();
        progress.events = tree.path("events").asLong();
        progress.output = tree.path("output").asLong();
        tree.path("files").forEach(name -> progress.files.add(name.asText()));
      }
    } catch (NoSuchFileException e) {
      return progress; // The first upload.
    }
    return progress;
  }

  /** Whether an upload to this destination began. */
  boolean started() {
    return begun;
  }

  /** Whether the server has a file. */
  synchronized boolean has(String file) {
    return files.contains(file);
  }

  /** Notes that the server has these files now. */
  synchronized void uploaded(Set<String> names) throws IOException {
    files.addAll(names);
    save();
  }

  /** The file changed: what the server has is not it. */
  synchronized void changed(String name) {
    files.remove(name);
  }

  synchronized void save() throws IOException {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("destination", destination);
    tree.put("history_base", historyBase);
    tree.put("events_base", eventsBase);
    tree.put("history", history);
    tree.put("events", events);
    tree.put("output", output);
    tree.put("files", files);
    AtomicFile.writeString(file, JsonValues.write(tree) + "\n");
  }
}
