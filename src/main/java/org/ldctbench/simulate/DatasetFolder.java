package org.ldctbench.simulate;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * The folder of a data set, which appears under its name only when it is complete.
 *
 * @param out absolute path
 * @param description the settings; a set of the same description has the same files
 * @param files all files of the set but the description, relative to {@code out}
 */
record DatasetFolder(Path out, String description, List<String> files) {
  /** Holds the settings of a finished set. */
  private static final String SETTINGS_FILE = "simulation.txt";

  private static final long MAX_SETTINGS_BYTES = 1 << 16;

  private static final Set<String> OWN_ENTRIES =
      Set.of(SETTINGS_FILE, DatasetWriter.INFO_FILE, PlannedPatient.DATA_FOLDER);

  /** Makes the files of a set in an empty folder. */
  @FunctionalInterface
  interface Maker {
    void makeIn(Path folder) throws IOException;
  }

  /**
   * Leaves a complete set as it is, and makes it otherwise. Other processes that make the same
   * folder wait.
   *
   * @param replace whether a set of other settings may be replaced
   * @return whether the set was made
   */
  boolean ensure(boolean replace, Maker maker) throws IOException {
    Files.createDirectories(out.getParent());
    try (FileChannel channel =
        FileChannel.open(hidden("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = channel.lock();
      try {
        boolean sameSettings = hasSameSettings();
        if (sameSettings && files.stream().map(out::resolve).allMatch(Files::isRegularFile)) {
          return false;
        }
        checkReplaceable(replace || sameSettings);
        make(maker);
        return true;
      } finally {
        lock.release();
      }
    }
  }

  private void make(Maker maker) throws IOException {
    Path part = hidden("part");
    delete(part);
    try {
      Files.createDirectories(part);
      maker.makeIn(part);
      AtomicFile.writeString(part.resolve(SETTINGS_FILE), description);
      delete(out);
      Files.move(part, out, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(part);
    }
  }

  private boolean hasSameSettings() throws IOException {
    Path file = out.resolve(SETTINGS_FILE);
    return Files.isRegularFile(file)
        && Files.size(file) < MAX_SETTINGS_BYTES
        && Files.readString(file).equals(description);
  }

  /** Only an empty folder or, where allowed, a simulated set may make way. */
  private void checkReplaceable(boolean replace) throws IOException {
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new UserException(ExitCode.OUTPUT, out + " is not a folder; name another one");
    }
    boolean simulated = Files.isRegularFile(out.resolve(SETTINGS_FILE));
    boolean empty = true;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(out)) {
      for (Path entry : entries) {
        empty = false;
        simulated &= OWN_ENTRIES.contains(entry.getFileName().toString());
      }
    }
    if (empty) {
      return;
    }
    if (!simulated) {
      throw new UserException(
          ExitCode.OUTPUT, out + " holds other files and is left alone; name a new folder");
    }
    if (!replace) {
      throw new UserException(
          ExitCode.OUTPUT,
          out + " holds a set of other settings; --force replaces it, or name a new folder");
    }
  }

  private Path hidden(String suffix) {
    return out.resolveSibling("." + out.getFileName() + "." + suffix);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
