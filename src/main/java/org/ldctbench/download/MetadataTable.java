package org.ldctbench.download;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * {@code metadata.csv}: one row for each series that was downloaded, columns as the service names
 * them. Index columns that ldct-benchmark added at every start are read over and not written.
 */
final class MetadataTable {
  private static final CsvMapper CSV =
      CsvMapper.builder().enable(CsvParser.Feature.WRAP_AS_ARRAY).build();

  private final Path file;
  private final Map<String, Series> rows = new LinkedHashMap<>();

  /** Reads the file if there is one. */
  MetadataTable(Path file) {
    this.file = file;
    if (Files.exists(file)) {
      read();
    }
  }

  /** The row of a series, null if it has none. */
  Series get(String uid) {
    return rows.get(uid);
  }

  /** Adds or replaces a row and writes the file. */
  void put(String uid, Series series) {
    rows.put(uid, series);
    try {
      AtomicFile.writeString(file, text());
    } catch (IOException e) {
      throw new UserException(ExitCode.OUTPUT, "cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private void read() {
    List<String[]> lines;
    try (MappingIterator<String[]> all =
        CSV.readerFor(String[].class)
            .readValues(Files.newBufferedReader(file, StandardCharsets.UTF_8))) {
      lines = all.readAll();
    } catch (IOException e) {
      throw malformed("cannot be read as a table", e);
    }
    String[] header = lines.isEmpty() ? new String[0] : lines.get(0);
    for (String[] line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      Map<String, String> fields = new LinkedHashMap<>();
      for (int i = 0; i < Math.min(header.length, line.length); i++) {
        if (!isIndex(header[i])) {
          fields.put(header[i], line[i]);
        }
      }
      String uid = fields.get(Series.UID);
      if (uid == null) {
        throw malformed("has a row without " + Series.UID, null);
      }
      rows.put(uid, new Series(fields));
    }
  }

  private static boolean isIndex(String column) {
    return column.isBlank() || column.startsWith("Unnamed: ");
  }

  private String text() throws IOException {
    LinkedHashSet<String> columns = new LinkedHashSet<>();
    rows.values().forEach(row -> columns.addAll(row.fields().keySet()));
    List<String[]> lines = new ArrayList<>();
    lines.add(columns.toArray(String[]::new));
    for (Series row : rows.values()) {
      lines.add(
          columns.stream().map(name -> row.fields().getOrDefault(name, "")).toArray(String[]::new));
    }
    StringWriter text = new StringWriter();
    try (SequenceWriter writer = CSV.writerFor(String[].class).writeValues(text)) {
      writer.writeAll(lines);
    }
    return text.toString();
  }

  private UserException malformed(String what, Throwable cause) {
    return new UserException(
        ExitCode.DATA, file + " " + what + "; move it away and run again", cause);
  }
}
