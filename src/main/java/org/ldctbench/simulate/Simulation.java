package org.ldctbench.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;

/**
 * Makes a low-dose CT data set in the layout of the LDCT collection: DICOM files below {@code
 * LDCT-and-Projection-data}, and an {@code info.yml} at the root.
 */
public final class Simulation {
  /** Raised whenever the same settings give other files. */
  private static final int VERSION = 1;

  /** Holds the settings of a finished set. */
  private static final String SETTINGS_FILE = "simulation.txt";

  private static final long MAX_SETTINGS_BYTES = 1 << 16;

  private static final Set<String> OWN_ENTRIES =
      Set.of(SETTINGS_FILE, DatasetWriter.INFO_FILE, PlannedPatient.DATA_FOLDER);

  private Simulation() {}

  /** What a call found or made. */
  public record Result(Path folder, int patients, int imagePairs, boolean made) {}

  /**
   * Makes the set in {@code folder}. A finished set of the same settings is left alone. The folder
   * appears when it is complete; processes that make the same folder wait for each other.
   *
   * @param threads at least 1; the files do not depend on it
   * @param replace whether a set of other settings may be replaced
   * @throws UserException if the folder holds something else or cannot be written, or the source
   *     has no usable slices
   */
  public static synchronized Result make(
      SimulationSettings settings,
      Path folder,
      int threads,
      boolean replace,
      Progress.Factory progress) {
    Path out = folder.toAbsolutePath().normalize();
    if (out.getParent() == null || out.getFileName() == null) {
      throw new UserException(ExitCode.OUTPUT, folder + " cannot hold a data set; name a folder");
    }
    DicomSource source = settings.source() == null ? null : DicomSource.open(settings, progress);
    String description = describe(settings, source);
    DatasetPlan plan = DatasetPlan.of(settings, source, description);
    try {
      Files.createDirectories(out.getParent());
      try (FileChannel channel =
              FileChannel.open(
                  hidden(out, "lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        boolean made =
            lock.isValid()
                && makeLocked(settings, out, threads, replace, progress, plan, description, source);
        return new Result(folder, plan.patients().size(), plan.imagePairs(), made);
      }
    } catch (IOException | UncheckedIOException problem) {
      throw new UserException(
          ExitCode.OUTPUT,
          folder
              + ": cannot write the data set ("
              + problem.getMessage()
              + "); free space or name another folder",
          problem);
    }
  }

  private static boolean makeLocked(
      SimulationSettings settings,
      Path out,
      int threads,
      boolean replace,
      Progress.Factory progress,
      DatasetPlan plan,
      String description,
      DicomSource source)
      throws IOException {
    boolean sameSettings = isOf(description, out);
    if (sameSettings && isComplete(plan, out)) {
      return false;
    }
    checkReplaceable(out, replace || sameSettings);
    Path part = hidden(out, "part");
    delete(part);
    try {
      Files.createDirectories(part);
      int size = source == null ? settings.size() : source.size();
      try (Progress bar = progress.start("Simulating", plan.imagePairs(), "slices")) {
        new DatasetWriter(settings, part, size).write(plan, threads, bar);
      }
      AtomicFile.writeString(part.resolve(SETTINGS_FILE), description);
      delete(out);
      Files.move(part, out, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(part);
    }
    return true;
  }

  private static boolean isOf(String description, Path out) throws IOException {
    Path file = out.resolve(SETTINGS_FILE);
    return Files.isRegularFile(file)
        && Files.size(file) < MAX_SETTINGS_BYTES
        && Files.readString(file).equals(description);
  }

  private static boolean isComplete(DatasetPlan plan, Path out) {
    return Files.isRegularFile(out.resolve(DatasetWriter.INFO_FILE))
        && plan.files().map(out::resolve).allMatch(Files::isRegularFile);
  }

  /** Only an empty folder or, where allowed, a simulated set may make way. */
  private static void checkReplaceable(Path out, boolean replace) throws IOException {
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

  private static String describe(SimulationSettings settings, DicomSource source) {
    List<String> lines =
        List.of(
            "ldctbench simulate, version " + VERSION,
            "source: " + (source == null ? "phantoms" : source.description()),
            "anatomies: " + settings.anatomies(),
            "patients: " + (settings.patients() == null ? "all" : settings.patients()),
            "slices: " + (settings.slices() == null ? "all" : settings.slices()),
            "size: " + (source == null ? settings.size() : source.size()),
            "dose: " + settings.dose(),
            "photons: " + (settings.photons() == null ? "by anatomy" : settings.photons()),
            "repeats: " + settings.repeats(),
            "seed: " + settings.seed());
    return String.join("\n", lines) + "\n";
  }

  private static Path hidden(Path out, String suffix) {
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
