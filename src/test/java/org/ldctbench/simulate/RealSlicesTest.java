package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.common.Progress;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.Patient;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;

@EnabledIf("slicesAreHere")
class RealSlicesTest {
  private static final Path SLICES = Path.of("../shared/data/ct-sbu");

  @TempDir private Path temporary;

  static boolean slicesAreHere() {
    return Files.isDirectory(SLICES);
  }

  @Test
  void fullDoseIsTheSourceInHounsfieldUnitsAndLowDoseIsNoisier() throws IOException {
    Path out = temporary.resolve("set");
    SimulationSettings settings =
        new SimulationSettings(
            SLICES, List.of(Anatomy.C), new SplitSizes(1, 1, 1), null, 512, 0.25, null, 1, 1);
    Simulation.make(settings, out, 2, false, Progress.SILENT);
    InfoFile info = InfoFile.read(out.resolve("info.yml"));
    Patient patient = info.train().get(0);
    try (Stream<Path> files = Files.list(SLICES)) {
      List<Path> own =
          files
              .filter(file -> file.getFileName().toString().startsWith("A002304"))
              .sorted()
              .toList();
      assertEquals(own.size(), patient.slices());
      for (int k = 1; k <= own.size(); k++) {
        CtSlice source = DicomReader.read(own.get(k - 1));
        CtSlice full = read(out, patient.target(), patient.fileName(k));
        CtSlice low = read(out, patient.input(), patient.fileName(k));
        short[] expected = new short[full.pixels().length];
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
          double hounsfield = source.stored(i) * source.rescaleSlope() + source.rescaleIntercept();
          expected[i] = (short) Math.max(0, Math.min(4095, hounsfield + 1024));
          difference += Math.pow(low.stored(i) - full.stored(i), 2);
        }
        assertArrayEquals(expected, full.pixels());
        double rms = Math.sqrt(difference / expected.length);
        assertTrue(rms > 10 && rms < 200, "added noise " + rms);
      }
    }
  }

  private static CtSlice read(Path root, String folder, String name) {
    return DicomReader.read(root.resolve(folder).resolve(name));
  }
}
