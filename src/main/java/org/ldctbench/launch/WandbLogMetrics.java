package org.ldctbench.launch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.sweep.RunMonitor;
import org.ldctbench.wandb.log.RunReader;

/**
 * Reads the W&B transaction log of a child's run folder, and so learns the results of any program
 * that logs with W&B, whatever files it writes itself.
 */
final class WandbLogMetrics implements MetricSource {
  private final MetricSource files;
  private final String runId;
  private final List<RunMonitor.Row> read = new ArrayList<>();
  private Path followed;
  private RunReader reader;

  /**
   * @param files knows the run's folder; its rows are taken where it has any
   */
  WandbLogMetrics(MetricSource files, String runId) {
    this.files = files;
    this.runId = runId;
  }

  @Override
  public Optional<Path> folder() {
    return files.folder();
  }

  @Override
  public List<RunMonitor.Row> rows() {
    List<RunMonitor.Row> own = files.rows();
    Optional<Path> log =
        folder().map(path -> path.resolve("run-" + runId + ".wandb")).filter(Files::exists);
    if (!own.isEmpty() || log.isEmpty()) {
      return own;
    }
    try {
      follow(log.get());
      return Collections.unmodifiableList(read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads what was added since, or all of the log of another attempt. */
  private void follow(Path log) throws IOException {
    if (!log.equals(followed)) {
      close();
      read.clear();
      reader = RunReader.open(log);
      followed = log;
    }
    reader.update();
    for (ObjectNode row : reader.history().subList(read.size(), reader.history().size())) {
      read.add(new RunMonitor.Row(row.path("_step").asLong(read.size()), numbers(row)));
    }
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
      followed = null;
    }
  }

  private static Map<String, Double> numbers(ObjectNode row) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    row.properties()
        .forEach(
            entry -> {
              boolean internal = entry.getKey().startsWith("_");
              if (entry.getValue().isNumber() && !internal) {
                numbers.put(entry.getKey(), entry.getValue().doubleValue());
              }
            });
    return numbers;
  }
}
