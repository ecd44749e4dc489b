package org.ldctbench.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;

/**
 * Full-dose CT slices of a folder and the folders below it, all square and of one size.
 *
 * @param size pixels in both directions
 * @param description changes when the slices change
 */
record DicomSource(List<DicomPatient> patients, int size, String description) {
  private static final int MAX_FOLDERS_DEEP = 8;

  /**
   * @throws UserException if there is no slice, or a file is not a square CT slice of the size of
   *     the others
   */
  static DicomSource open(SimulationSettings settings, Progress.Factory progress) {
    List<Path> files = files(settings.source());
    Map<String, List<Path>> byPatient = new TreeMap<>();
    CRC32 content = new CRC32();
    int size = 0;
    try (Progress bar = progress.start("Reading CT slices", files.size(), "files")) {
      for (Path file : files) {
        content.update(Files.readAllBytes(file));
        CtSlice slice = DicomReader.read(file);
        size = size == 0 ? slice.rows() : size;
        check(file, slice, size);
        byPatient.computeIfAbsent(patient(file, slice), name -> new ArrayList<>()).add(file);
        bar.advance(1);
      }
    } catch (IOException problem) {
      throw unreadable(settings.source(), problem);
    }
    List<DicomPatient> patients = new ArrayList<>();
    for (List<Path> slices : byPatient.values()) {
      int most = settings.slices() == null ? slices.size() : settings.slices();
      patients.add(
          new DicomPatient(
              settings.anatomies().get(0), slices.subList(0, Math.min(most, slices.size()))));
    }
    String description = String.format("%d files, CRC-32 %08x", files.size(), content.getValue());
    return new DicomSource(List.copyOf(patients), size, description);
  }

  private static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          ExitCode.DATA, folder + " is not a folder; --from-dicom takes a folder of CT slices");
    }
    try (Stream<Path> inside = Files.walk(folder, MAX_FOLDERS_DEEP)) {
      List<Path> files =
          inside.filter(DicomSource::looksLikeDicom).filter(Files::isRegularFile).sorted().toList();
      if (files.isEmpty()) {
        throw new UserException(
            ExitCode.DATA, folder + " and the folders below it hold no .dcm file");
      }
      return files;
    } catch (IOException | UncheckedIOException problem) {
      throw unreadable(folder, problem);
    }
  }

  private static boolean looksLikeDicom(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".dcm");
  }

  private static void check(Path file, CtSlice slice, int size) {
    if (slice.rows() != slice.columns()) {
      throw new UserException(
          ExitCode.DATA,
          file + " is " + slice.rows() + " x " + slice.columns() + "; slices must be square");
    }
    if (slice.rows() != size) {
      throw new UserException(
          ExitCode.DATA,
          file
              + " has "
              + slice.rows()
              + " rows, the slices before it "
              + size
              + "; put slices of different sizes into different folders");
    }
    if (size < SimulationSettings.MIN_SIZE || size > SimulationSettings.MAX_SIZE) {
      throw new UserException(
          ExitCode.DATA,
          file
              + " has "
              + size
              + " rows; "
              + SimulationSettings.MIN_SIZE
              + ".."
              + SimulationSettings.MAX_SIZE
              + " can be simulated");
    }
  }

  /** PatientID; without one, the file's name up to the first '-', or its folder. */
  private static String patient(Path file, CtSlice slice) {
    if (!slice.patientId().isBlank()) {
      return slice.patientId();
    }
    String name = file.getFileName().toString();
    int dash = name.indexOf('-');
    return dash > 0 ? name.substring(0, dash) : file.getParent().toString();
  }

  private static UserException unreadable(Path folder, Exception problem) {
    return new UserException(
        ExitCode.DATA, folder + ": cannot be read (" + problem.getMessage() + ")", problem);
  }
}
