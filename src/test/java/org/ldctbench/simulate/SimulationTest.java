package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;

class SimulationTest {
  @TempDir private Path temporary;

  @Test
  void theSameSeedGivesTheSameFilesWhateverTheThreads() throws IOException {
    Simulation.make(settings(1), temporary.resolve("one"), 1, false, Progress.SILENT);
    Simulation.make(settings(1), temporary.resolve("two"), 3, false, Progress.SILENT);
    assertEquals(contents(temporary.resolve("one")), contents(temporary.resolve("two")));
  }

  @Test
  void anotherSeedGivesOtherImages() throws IOException {
    Simulation.make(settings(1), temporary.resolve("one"), 2, false, Progress.SILENT);
    Simulation.make(settings(2), temporary.resolve("two"), 2, false, Progress.SILENT);
    assertNotEquals(contents(temporary.resolve("one")), contents(temporary.resolve("two")));
    Path one = firstSlice(temporary.resolve("one"));
    Path two = firstSlice(temporary.resolve("two"));
    assertFalse(Arrays.equals(DicomReader.read(one).pixels(), DicomReader.read(two).pixels()));
  }

  @Test
  void foldersAndStatisticsAreThoseOfTheOriginalLayout() throws IOException {
    Path out = temporary.resolve("set");
    Simulation.Result result = Simulation.make(settings(3), out, 2, false, Progress.SILENT);
    assertEquals(6, result.patients());
    assertEquals(60, result.imagePairs());
    Map<String, Object> info = YamlFile.read(out.resolve("info.yml")).values();
    List<Double> lowDose = new ArrayList<>();
    for (String split : List.of("train_set", "val_set", "test_set")) {
      List<?> patients = (List<?>) info.get(split);
      assertEquals(2, patients.size(), split);
      for (Object entry : patients) {
        Map<?, ?> patient = (Map<?, ?>) entry;
        String id = (String) patient.get("id");
        assertTrue(id.matches("[CN]00[1-3]"), id);
        assertEquals(10, patient.get("n_slices"));
        String pattern =
            "\\./LDCT-and-Projection-data/"
                + id
                + "/\\d\\d-\\d\\d-\\d{4}-NA-NA-\\d{5}/1\\.000000-%s Dose Images-\\d{5}";
        String input = (String) patient.get("input");
        String target = (String) patient.get("target");
        assertTrue(input.matches(String.format(pattern, "Low")), input);
        assertTrue(target.matches(String.format(pattern, "Full")), target);
        for (int k = 1; k <= 10; k++) {
          String name = String.format("1-%02d.dcm", k);
          CtSlice low = DicomReader.read(out.resolve(input).resolve(name));
          CtSlice full = DicomReader.read(out.resolve(target).resolve(name));
          assertEquals(64, low.rows());
          assertEquals(64, full.columns());
          for (int i = 0; split.equals("train_set") && i < 64 * 64; i++) {
            lowDose.add((double) low.stored(i));
          }
        }
      }
    }
    double mean = lowDose.stream().mapToDouble(value -> value).average().orElseThrow();
    double variance =
        lowDose.stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElseThrow();
    assertEquals(mean, (double) info.get("mean"), 1e-9);
    assertEquals(Math.sqrt(variance), (double) info.get("std"), 1e-9);
    assertEquals(lowDose.stream().min(Double::compare).orElseThrow(), info.get("min"));
    assertEquals(lowDose.stream().max(Double::compare).orElseThrow(), info.get("max"));
    assertEquals(false, info.get("robust"));
  }

  @Test
  void aFinishedSetIsLeftAlone() throws IOException {
    Path out = temporary.resolve("set");
    assertTrue(Simulation.make(settings(1), out, 2, false, Progress.SILENT).made());
    Path slice = firstSlice(out);
    Files.writeString(slice, "mark");
    assertFalse(Simulation.make(settings(1), out, 2, false, Progress.SILENT).made());
    assertEquals("mark", Files.readString(slice));
  }

  @Test
  void aFinishedSetThatLostASliceIsMadeAnew() throws IOException {
    Path out = temporary.resolve("set");
    Simulation.make(settings(1), out, 2, false, Progress.SILENT);
    Map<String, String> before = contents(out);
    Files.delete(firstSlice(out));
    assertTrue(Simulation.make(settings(1), out, 2, false, Progress.SILENT).made());
    assertEquals(before, contents(out));
  }

  @Test
  void aSetOfOtherSettingsIsReplacedOnlyWhenAsked() throws IOException {
    Path out = temporary.resolve("set");
    Simulation.make(settings(1), out, 2, false, Progress.SILENT);
    Map<String, String> before = contents(out);
    assertThrows(
        UserException.class, () -> Simulation.make(settings(2), out, 2, false, Progress.SILENT));
    assertEquals(before, contents(out));
    assertTrue(Simulation.make(settings(2), out, 2, true, Progress.SILENT).made());
    assertNotEquals(before, contents(out));
  }

  @Test
  void aFolderWithOtherFilesIsNeverTouched() throws IOException {
    Path out = temporary.resolve("set");
    Simulation.make(settings(1), out, 2, false, Progress.SILENT);
    Files.writeString(out.resolve("thesis.txt"), "years of work");
    assertThrows(
        UserException.class, () -> Simulation.make(settings(2), out, 2, true, Progress.SILENT));
    assertEquals("years of work", Files.readString(out.resolve("thesis.txt")));
  }

  @Test
  void whatAKilledRunLeftBehindIsMadeAnew() throws IOException {
    Path out = temporary.resolve("set");
    Path part = Files.createDirectories(temporary.resolve(".set.part/LDCT-and-Projection-data/X"));
    Files.writeString(part.resolve("1-1.dcm"), "half");
    assertTrue(Simulation.make(settings(1), out, 2, false, Progress.SILENT).made());
    assertFalse(Files.exists(temporary.resolve(".set.part")));
    assertFalse(Files.exists(out.resolve("LDCT-and-Projection-data/X")));
  }

  @Test
  void twoProcessesMakeASetOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  MakeOnce.class.getName(),
                  temporary.resolve("set").toString())
              .redirectErrorStream(true)
              .start());
    }
    List<String> answers = new ArrayList<>();
    for (Process process : processes) {
      byte[] answer = process.getInputStream().readAllBytes();
      answers.add(new String(answer, StandardCharsets.UTF_8).strip());
      assertEquals(0, process.waitFor(), answers.toString());
    }
    answers.sort(null);
    assertEquals(List.of("false", "true"), answers);
  }

  /** What each of the processes runs. */
  static final class MakeOnce {
    private MakeOnce() {}

    public static void main(String[] args) {
      System.out.println(
          Simulation.make(settings(5), Path.of(args[0]), 1, false, Progress.SILENT).made());
    }
  }

  private static SimulationSettings settings(long seed) {
    return new SimulationSettings(
        null, List.of(Anatomy.C, Anatomy.N), new SplitSizes(1, 1, 1), 10, 64, 0.25, null, 1, seed);
  }

  private static Path firstSlice(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.toString().endsWith(".dcm"))
          .sorted()
          .findFirst()
          .orElseThrow();
    }
  }

  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        contents.put(root.relativize(file).toString(), bytes);
      }
    }
    return contents;
  }
}
