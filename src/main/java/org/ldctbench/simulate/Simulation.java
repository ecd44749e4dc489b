package org.ldctbench.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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
    List<String> files = Stream.concat(Stream.of(DatasetWriter.INFO_FILE), plan.files()).toList();
    try {
      boolean made =
          new DatasetFolder(out, description, files)
              .ensure(
                  replace,
                  part -> {
                    int size = source == null ? settings.size() : source.size();
                    try (Progress bar = progress.start("Simulating", plan.imagePairs(), "slices")) {
                      new DatasetWriter(settings, part, size).write(plan, threads, bar);
                    }
                  });
      return new Result(folder, plan.patients().size(), plan.imagePairs(), made);
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
}
