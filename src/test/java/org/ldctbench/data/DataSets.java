package org.ldctbench.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import org.ldctbench.dicom.CtImage;
import org.ldctbench.dicom.DicomWriter;

/** Small data sets of noise, as DICOM files. */
final class DataSets {
  static final int ROWS = 12;
  static final int COLUMNS = 9;

  private static final CtImage.Study STUDY =
      new CtImage.Study("X1", LocalDate.of(2026, 1, 2), "test", "2.25.1", "2.25.2");

  private DataSets() {}

  /** Two training patients, one for validation and one for testing. */
  static InfoFile info() {
    return new InfoFile(
        481.5,
        502.25,
        0,
        4095,
        false,
        List.of(patient("C001", 2), patient("L002", 10)),
        List.of(patient("C003", 3)),
        List.of(patient("N004", 1)));
  }

  static Patient patient(String id, int slices) {
    return new Patient(id, "./ct/" + id + "/low", "./ct/" + id + "/high", slices);
  }

  /** Writes every slice of every patient. */
  static void write(InfoFile info, Path folder) throws IOException {
    for (Split split : Split.values()) {
      for (Patient patient : info.patients(split)) {
        for (int number = 1; number <= patient.slices(); number++) {
          writeSlice(low(folder, patient, number), ROWS, COLUMNS, seed(patient, number, true));
          writeSlice(high(folder, patient, number), ROWS, COLUMNS, seed(patient, number, false));
        }
      }
    }
  }

  static Path low(Path folder, Patient patient, int number) {
    return folder.resolve(patient.input()).resolve(patient.fileName(number)).normalize();
  }

  static Path high(Path folder, Patient patient, int number) {
    return folder.resolve(patient.target()).resolve(patient.fileName(number)).normalize();
  }

  static long seed(Patient patient, int number, boolean low) {
    return (patient.id().hashCode() * 1000L + number) * 2 + (low ? 1 : 0);
  }

  static void writeSlice(Path file, int rows, int columns, long seed) throws IOException {
    CtImage image =
        new CtImage(
            STUDY,
            "2.25.3",
            "noise",
            true,
            "2.25." + Long.toUnsignedString(seed),
            1,
            rows,
            columns,
            0.7,
            5,
            0,
            new CtImage.Window(40, 400),
            pixels(rows * columns, seed));
    Files.createDirectories(file.getParent());
    try (OutputStream out = Files.newOutputStream(file)) {
      DicomWriter.write(out, image);
    }
  }

  static short[] pixels(int count, long seed) {
    Random random = new Random(seed);
    short[] pixels = new short[count];
    for (int i = 0; i < count; i++) {
      pixels[i] = (short) random.nextInt(4096);
    }
    return pixels;
  }

  static float[] floats(int count, long seed) {
    short[] pixels = pixels(count, seed);
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = pixels[i];
    }
    return floats;
  }
}
