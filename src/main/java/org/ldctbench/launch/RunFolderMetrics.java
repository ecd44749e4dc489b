package org.ldctbench.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.ldctbench.sweep.RunMonitor;

/** Reads {@code Metrics.csv} and {@code Losses.csv} of the run folder that a child writes. */
final class RunFolderMetrics implements MetricSource {
  private final Path root;
  private final String runId;

  /**
   * @param root folder in which run folders appear
   */
  RunFolderMetrics(Path root, String runId) {
    this.root = root;
    this.runId = runId;
  }

  @Override
  public Optional<Path> folder() {
    Path latest = null;
    try (DirectoryStream<Path> found = Files.newDirectoryStream(root, "*run-*-" + runId)) {
      for (Path folder : found) {
        // Names hold the time of their start: the largest is the latest attempt.
        String name = startTime(folder);
        if (latest == null || name.compareTo(startTime(latest)) > 0) {
          latest = folder;
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.ofNullable(latest);
  }

  private static String startTime(Path folder) {
    return folder.getFileName().toString().replaceFirst("^.*run-", "");
  }

  @Override
  public List<RunMonitor.Row> rows() {
    Optional<Path> folder = folder();
    if (folder.isEmpty()) {
      return List.of();
    }
    Path files = folder.get().resolve("files");
    Map<Long, Map<String, Double>> losses = read(files.resolve("Losses.csv"));
    List<RunMonitor.Row> rows = new ArrayList<>();
    read(files.resolve("Metrics.csv"))
        .forEach(
            (iteration, metrics) -> {
              Map<String, Double> row = new LinkedHashMap<>(metrics);
              row.putAll(losses.getOrDefault(iteration, Map.of()));
              rows.add(new RunMonitor.Row(iteration, row));
            });
    return rows;
  }

  /**
   * Whole lines only: the last one may be half written. Lines that hold no numbers are left out.
   */
  private static Map<Long, Map<String, Double>> read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] lines = text.substring(0, text.lastIndexOf('\n') + 1).split("\r?\n", -1);
    String[] header = lines[0].split(",", -1);
    Map<Long, Map<String, Double>> rows = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      String[] cells = lines[i].split(",", -1);
      if (cells.length == header.length && cells[0].matches("\\d{1,18}")) {
        Map<String, Double> row = new LinkedHashMap<>();
        for (int c = 1; c < cells.length; c++) {
          row.put(header[c], parse(cells[c]));
        }
        rows.put(Long.parseLong(cells[0]), row);
      }
    }
    return rows;
  }

  /** Python's spelling of a float; NaN for what is none. */
  private static double parse(String cell) {
    return switch (cell) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(cell);
        } catch (NumberFormatException e) {
          yield Double.NaN;
        }
      }
    };
  }
}
