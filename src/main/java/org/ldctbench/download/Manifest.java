package org.ldctbench.download;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** A {@code .tcia} manifest: six lines for TCIA's own tool, then one series UID a line. */
public final class Manifest {
  private static final int HEADER_LINES = 6;
  private static final long MOST_BYTES = 16L << 20;

  private Manifest() {}

  /**
   * Reads the series UIDs of a manifest, in its order and each once.
   *
   * @throws UserException if the file cannot be read or a line is not what it should be
   */
  public static List<String> read(Path file) {
    List<String> lines = lines(file);
    LinkedHashSet<String> uids = new LinkedHashSet<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (i < HEADER_LINES == Series.isUid(line) && !line.isEmpty()) {
        String wanted = i < HEADER_LINES ? "a header line" : "a series UID";
        throw malformed(file, "line " + (i + 1) + " is not " + wanted);
      }
      if (i >= HEADER_LINES && !line.isEmpty()) {
        uids.add(line);
      }
    }
    if (uids.isEmpty()) {
      throw malformed(file, "no series UID after the six header lines");
    }
    return new ArrayList<>(uids);
  }

  private static List<String> lines(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw malformed(file, "larger than " + (MOST_BYTES >> 20) + " MiB");
      }
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UserException(ExitCode.DATA, "cannot read the manifest " + file, e);
    }
  }

  private static UserException malformed(Path file, String what) {
    return new UserException(
        ExitCode.DATA, file + ": " + what + "; give a manifest (.tcia) as TCIA offers it");
  }
}
