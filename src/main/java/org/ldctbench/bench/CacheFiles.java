package org.ldctbench.bench;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.Patient;
import org.ldctbench.dicom.CtImage;
import org.ldctbench.dicom.DicomWriter;

/**
 * Pairs of 512 x 512 slices as DICOM files.
 *
 * @param mean of all stored values
 */
record CacheFiles(InfoFile info, Path folder, double mean) {
  static final int EDGE = 512;

  private static final CtImage.Study STUDY =
      new CtImage.Study("C001", LocalDate.of(2026, 1, 2), "bench", "2.25.1", "2.25.2");

  int count() {
    return 2 * info.train().get(0).slices();
  }

  static CacheFiles write(Path parent, int pairs) throws IOException {
    Path folder = parent.resolve("data");
    Patient patient = new Patient("C001", "./low", "./high", pairs);
    Random random = new Random(1332);
    double sum = 0;
    for (String side : List.of("low", "high")) {
      Path series = Files.createDirectories(folder.resolve(side));
      for (int number = 1; number <= pairs; number++) {
        short[] pixels = new short[EDGE * EDGE];
        for (int i = 0; i < pixels.length; i++) {
          pixels[i] = (short) random.nextInt(4096);
          sum += pixels[i];
        }
        try (OutputStream out =
            new BufferedOutputStream(
                Files.newOutputStream(series.resolve(patient.fileName(number))))) {
          DicomWriter.write(out, image(side, number, pixels));
        }
      }
    }
    InfoFile info =
        new InfoFile(2047.5, 1182, 0, 4095, false, List.of(patient), List.of(), List.of());
    return new CacheFiles(info, folder, sum / (2.0 * pairs * EDGE * EDGE));
  }

  private static CtImage image(String side, int number, short[] pixels) {
    boolean low = side.equals("low");
    return new CtImage(
        STUDY,
        low ? "2.25.3" : "2.25.4",
        side,
        true,
        (low ? "2.25.5" : "2.25.6") + "." + number,
        number,
        EDGE,
        EDGE,
        0.7,
        5,
        5 * number,
        new CtImage.Window(40, 400),
        pixels);
  }
}
