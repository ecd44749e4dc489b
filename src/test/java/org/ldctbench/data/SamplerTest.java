package org.ldctbench.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.SliceTable;

class SamplerTest {
  private static final Path RUN = Path.of("../shared/fixtures/upstream_run");

  static boolean recordedRunIsHere() {
    return Files.isRegularFile(RUN.resolve("sequence.json"));
  }

  @Test
  @EnabledIf("recordedRunIsHere")
  void everySampleAndOffsetEqualsTheRecordedRunOfTheOriginal() throws IOException {
    JsonNode sequence = new ObjectMapper().readTree(RUN.resolve("sequence.json").toFile());
    InfoFile info = InfoFile.read(RUN.resolve("info.yml"));
    Sampler sampler = sampler(info, 512, new SamplerOptions(1332, 1.0, 32, 128, 8, 20));
    int e = 0;
    int compared = 0;
    for (JsonNode phase : sequence.get("epochs")) {
      boolean train = "train".equals(phase.get("phase").asText());
      EpochPlan plan = sampler.epoch(e);
      compared += compare(info, train ? plan.train() : plan.validation(), phase.get("samples"));
      if (!train) {
        e++;
      }
    }
    assertEquals(3, e);
    assertTrue(compared >= 3 * 8 * 20, "compared " + compared);
  }

  private static int compare(InfoFile info, PatchPlan plan, JsonNode samples) {
    assertEquals(samples.size() * 3, plan.windows().length);
    List<String> names = sliceNames(info);
    for (int i = 0; i < samples.size(); i++) {
      JsonNode sample = samples.get(i);
      String expected =
          sample.get(0).asText() + "/" + sample.get(1) + "@" + sample.get(2) + "," + sample.get(3);
      String actual =
          names.get(plan.windows()[3 * i])
              + "@"
              + plan.windows()[3 * i + 1]
              + ","
              + plan.windows()[3 * i + 2];
      assertEquals(expected, actual, "sample " + i);
    }
    return samples.size();
  }

  @Test
  void sequencesEqualThoseDrawnWithPythonNumpyAndTorch() throws IOException {
    // src/test/tools/sampler_sequence.py wrote the file with the real generators.
    try (InputStream in = SamplerTest.class.getResourceAsStream("sampler-sequence.json")) {
      for (JsonNode recorded : new ObjectMapper().readTree(in)) {
        List<Patient> train = patients(recorded.get("train"), "C");
        List<Patient> val = patients(recorded.get("val"), "L");
        InfoFile info = new InfoFile(0, 1, 0, 1, false, train, val, List.of());
        SamplerOptions options =
            new SamplerOptions(
                recorded.get("seed").asLong(),
                recorded.get("data_subset").asDouble(),
                recorded.get("patchsize").asInt(),
                recorded.get("eval_patchsize").asInt(),
                recorded.get("mbs").asInt(),
                recorded.get("iterations_before_val").asInt());
        Sampler sampler = sampler(info, recorded.get("size").asInt(), options);
        for (int e = 0; e < recorded.get("epochs").size(); e++) {
          JsonNode epoch = recorded.get("epochs").get(e);
          assertArrayEquals(numbers(epoch.get("train")), sampler.epoch(e).train().windows());
          assertArrayEquals(numbers(epoch.get("val")), sampler.epoch(e).validation().windows());
        }
      }
    }
  }

  @Test
  void aMinibatchLargerThanTheValidationSetIsRefusedBeforeTraining() {
    InfoFile info = new InfoFile(0, 1, 0, 1, false, patients(3, 4), patients(2), List.of());
    UserException refused =
        assertThrows(
            UserException.class, () -> sampler(info, 64, new SamplerOptions(1, 1, 16, 16, 4, 5)));
    assertTrue(refused.getMessage().contains("2 validation slices"), refused.getMessage());
  }

  @Test
  void aPatchThatDoesNotFitIsRefusedBeforeTraining() {
    InfoFile info = new InfoFile(0, 1, 0, 1, false, patients(8), patients(8), List.of());
    assertThrows(
        UserException.class, () -> sampler(info, 64, new SamplerOptions(1, 1, 65, 16, 4, 5)));
    assertEquals(
        64, sampler(info, 64, new SamplerOptions(1, 1, 64, 0, 4, 5)).epoch(0).train().rows());
  }

  private static Sampler sampler(InfoFile info, int size, SamplerOptions options) {
    int train = info.train().stream().mapToInt(Patient::slices).sum();
    int val = info.val().stream().mapToInt(Patient::slices).sum();
    List<SliceTable.Slice> table = new ArrayList<>();
    for (int i = 0; i < train + val; i++) {
      table.add(new SliceTable.Slice(0, 0, size, size, false));
    }
    return new Sampler(
        table,
        WeightedSlices.of(info.train(), 0, options.seed(), options.dataSubset()),
        WeightedSlices.of(info.val(), train, options.seed(), options.dataSubset()),
        options);
  }

  private static List<String> sliceNames(InfoFile info) {
    List<String> names = new ArrayList<>();
    for (Split split : List.of(Split.TRAIN, Split.VAL)) {
      for (Patient patient : info.patients(split)) {
        for (int number = 1; number <= patient.slices(); number++) {
          names.add(patient.id() + "/" + number);
        }
      }
    }
    return names;
  }

  private static List<Patient> patients(JsonNode counts, String letter) {
    List<Patient> patients = new ArrayList<>();
    for (JsonNode count : counts) {
      patients.add(new Patient(letter + patients.size(), "./a", "./b", count.asInt()));
    }
    return patients;
  }

  private static List<Patient> patients(int... counts) {
    List<Patient> patients = new ArrayList<>();
    for (int count : counts) {
      patients.add(new Patient("C" + patients.size(), "./a", "./b", count));
    }
    return patients;
  }

  private static int[] numbers(JsonNode array) {
    int[] numbers = new int[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).asInt();
    }
    return numbers;
  }
}
