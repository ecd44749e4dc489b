package org.ldctbench.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

class InfoFileTest {
  private static final Path PUBLISHED = Path.of("../shared/spec/info.yml");
  private static final String GOOD =
      """
      max: 4095.0
      mean: 481.5
      min: 0
      robust: false
      std: 502.0
      test_set: []
      train_set:
      - id: C001
        input: ./a/low
        n_slices: 12
        target: ./a/high
      val_set:
      - {id: L002, input: ./b/low, n_slices: 3, target: ./b/high}
      """;

  @TempDir Path folder;

  static boolean publishedFileIsHere() {
    return Files.isRegularFile(PUBLISHED);
  }

  @Test
  @EnabledIf("publishedFileIsHere")
  void thePublishedSplitEqualsTheOriginalsFile() {
    assertEquals(InfoFile.read(PUBLISHED), InfoFile.published());
  }

  @Test
  void thePublishedSplitHasTheKnownPatientsAndSlices() {
    InfoFile info = InfoFile.published();
    assertEquals(List.of(105, 30, 15), counts(info));
    assertEquals(19069, slices(info.train()));
    assertEquals(5349, slices(info.val()));
    assertEquals(2836, slices(info.test()));
    assertEquals(481.45419786099086, info.mean());
    assertEquals(502.18507379395044, info.std());
    List<Patient> all = new ArrayList<>(info.train());
    all.addAll(info.val());
    all.addAll(info.test());
    Set<String> folders = new HashSet<>();
    all.forEach(patient -> folders.addAll(List.of(patient.input(), patient.target())));
    assertEquals(300, folders.size(), "no folder stands twice");
    for (Split split : Split.values()) {
      for (char anatomy : new char[] {'C', 'L', 'N'}) {
        assertEquals(
            info.patients(split).size() / 3,
            info.patients(split).stream().filter(p -> p.id().charAt(0) == anatomy).count());
      }
    }
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path file = folder.resolve("info.yml");
    for (InfoFile info : List.of(DataSets.info(), InfoFile.published())) {
      info.write(file);
      assertEquals(info, InfoFile.read(file));
    }
    List<String> keys =
        Files.readAllLines(file).stream()
            .filter(line -> line.matches("[a-z_]+:.*"))
            .map(line -> line.substring(0, line.indexOf(':')))
            .toList();
    assertEquals(
        List.of("max", "mean", "min", "robust", "std", "test_set", "train_set", "val_set"), keys);
  }

  @Test
  void blockAndFlowStyleAreBothRead() throws IOException {
    InfoFile info = InfoFile.read(Files.writeString(folder.resolve("info.yml"), GOOD));
    assertEquals(List.of(new Patient("C001", "./a/low", "./a/high", 12)), info.train());
    assertEquals(List.of(new Patient("L002", "./b/low", "./b/high", 3)), info.val());
    assertEquals("1-01.dcm", info.train().get(0).fileName(1));
    assertEquals("1-3.dcm", info.val().get(0).fileName(3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mean: 481.5 | mean: much | :2: 'mean' must be a number",
        "std: 502.0 | std: 0.0 | :5: std must be positive",
        "std: 502.0 | std: .nan | :5: 'std' must be a number",
        "mean: 481.5 | meen: 481.5 | :2: unknown key 'meen'; did you mean 'mean'",
        "n_slices: 12 | n_slices: 0 | :7: entry 1 of 'train_set' needs",
        "n_slices: 12 | n_slices: 2000000000 | :7: entry 1 of 'train_set' needs",
        "id: L002, | '' | :12: entry 1 of 'val_set' needs id",
        "test_set: [] | test_set: 5 | :6: 'test_set' must be a list of patients",
        "std: 502.0 | std: [502.0 | not valid YAML",
      })
  void aFaultIsNamedWithItsLine(String good, String bad, String says) throws IOException {
    assertTrue(GOOD.contains(good));
    Path file = Files.writeString(folder.resolve("info.yml"), GOOD.replace(good, bad));
    UserException refused = assertThrows(UserException.class, () -> InfoFile.read(file));
    assertEquals(ExitCode.CONFIG, refused.code());
    assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains(says), refused.getMessage());
  }

  private static List<Integer> counts(InfoFile info) {
    return List.of(info.train().size(), info.val().size(), info.test().size());
  }

  private static int slices(List<Patient> patients) {
    return patients.stream().mapToInt(Patient::slices).sum();
  }
}
