package org.ldctbench.config;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.Shared;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

class TrainArgumentsTest {
  private static final String COMPLETE =
      """
      trainer: cnn10
      optimizer: adam
      lr: 1e-3
      mbs: 8
      num_workers: 0
      valsamples: 2
      max_iterations: 50
      iterations_before_val: 20
      patchsize: 32
      """;

  @Test
  void aFileGetsTheCommandLinesDefaultsAndRecordsThoseTheOriginalNeeds() {
    TrainArguments arguments = yaml(COMPLETE);
    assertEquals(
        """
        adam_b1: 0.9
        adam_b2: 0.999
        cuda: true
        data_norm: meanstd
        data_subset: 1.0
        datafolder: ''
        devices:
        - 0
        - 1
        dryrun: false
        iterations_before_val: 20
        lr: 0.001
        max_iterations: 50
        mbs: 8
        num_workers: 0
        optimizer: adam
        patchsize: 32
        seed: 1332
        trainer: cnn10
        valsamples: 2
        """,
        arguments.toYaml());
    assertAll(
        () -> assertEquals(128, arguments.evalPatchSize()),
        () -> assertEquals(60, arguments.effectiveIterations()),
        () -> assertEquals("auto", arguments.engine()),
        () -> assertEquals("fp32", arguments.precision()),
        () -> assertEquals(0.0, arguments.weightDecay()));
  }

  @Test
  void whatIsRecordedReadsBackAsTheSame() {
    TrainArguments once =
        yaml(COMPLETE + "threads: 2\ndevices: [3, 5]\nlr_r: 1e-5\nwandbtag: 'a: \u00fc'\n");
    TrainArguments twice = yaml(once.toYaml());
    assertEquals(once.toYaml(), twice.toYaml());
    assertEquals(once.recorded(), new HashMap<>(twice.recorded()));
  }

  @ParameterizedTest
  @CsvSource({"1e-4, 1.0e-4", "1.5E3, 1500.0", "2, 2.0", ".5, 0.5"})
  void numbersNeedNoDotInTheExponentForm(String written, double meant) {
    assertEquals(meant, yaml(COMPLETE.replace("1e-3", written)).lr());
  }

  @Test
  void allMissingKeysAreInOneMessage() {
    assertEquals(
        "a.yaml: required keys are missing: trainer, num_workers, valsamples, optimizer, lr",
        refusal("mbs: 8\npatchsize: 0\nmax_iterations: 1\niterations_before_val: 1\n"));
  }

  @Test
  void anUnknownKeyIsNamedWithItsLineAndTheNearestKnownOne() {
    assertEquals(
        "a.yaml:2: unknown key 'patch_size'; did you mean 'patchsize'?",
        refusal("mbs: 1\npatch_size: 32\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mbs: 0          | a.yaml:1: 'mbs': 0 is out of range; give a whole number of at least 1"
            + " and at most 65535",
        "mbs: 8.0        | a.yaml:1: 'mbs': 8.0 is not valid; give a whole number of at least 1"
            + " and at most 65535",
        "mbs: eight      | a.yaml:1: 'mbs': 'eight' is not valid; give a whole number of at least"
            + " 1 and at most 65535",
        "lr: 0           | a.yaml:1: 'lr': 0 is out of range; give a number above 0",
        "lr: .inf        | a.yaml:1: 'lr': Infinity is out of range; give a number above 0",
        "lr: .nan        | a.yaml:1: 'lr': NaN is out of range; give a number above 0",
        "lr: '0.1'       | a.yaml:1: 'lr': '0.1' is not valid; give a number above 0",
        "adam_b1: 1.0    | a.yaml:1: 'adam_b1': 1.0 is out of range; give a number of at least 0"
            + " and below 1",
        "data_subset: 2  | a.yaml:1: 'data_subset': 2 is out of range; give a number above 0 and"
            + " at most 1",
        "cuda: 0         | a.yaml:1: 'cuda': 0 is not valid; give true or false",
        "seed: -1        | a.yaml:1: 'seed': -1 is out of range; give a whole number of at least 0"
            + " and at most 4294967295",
        "devices: []     | a.yaml:1: 'devices': [] is not valid; give a whole number or a list of"
            + " them of at least 0 and at most 1023",
        "optimizer: adm  | a.yaml:1: unknown optimizer 'adm': give adam or sgd or rmsprop; did you"
            + " mean 'adam'?",
        "data_norm: z    | a.yaml:1: unknown data_norm 'z': give meanstd or minmax",
        "trainer: redcnn | a.yaml:1: unknown trainer 'redcnn': this program trains cnn10 only",
        "trainer: 10     | a.yaml:1: 'trainer': 10 is no text; put it between quotes",
        "max_iterations: 99999999999 | a.yaml:1: 'max_iterations': 99999999999 is out of range;"
            + " give a whole number of at least 0",
      })
  void aBadValueIsNamedWithItsPlaceAndTheRemedy(String line, String message) {
    assertEquals(message, refusal(line + "\n"));
  }

  @Test
  void seedNullIsDrawnAndRecorded() {
    TrainArguments arguments = yaml(COMPLETE + "seed: null\n");
    assertTrue(arguments.seed() >= 1 && arguments.seed() <= 9999);
    assertEquals(arguments.seed(), arguments.recorded().get("seed"));
  }

  @ParameterizedTest
  @CsvSource({"'[7]', '[7]', 0", "7, '[7]', 0", "'[4, 2]', '[4, 2]', '[0, 1]'"})
  void devicesAreRenumberedInTheRecord(String given, String physical, String recorded) {
    TrainArguments arguments = yaml(COMPLETE + "devices: " + given + "\n");
    assertEquals(physical, arguments.physicalDevices().toString());
    assertEquals(recorded, arguments.recorded().get("devices").toString());
    assertEquals((int) arguments.physicalDevices().get(0), arguments.device());
  }

  @Test
  void aSweepsParametersActLikeOptions() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("trainer", "cnn10");
    parameters.put("optimizer", "adam");
    parameters.put("lr", "1e-5");
    parameters.put("mbs", 8);
    parameters.put("num_workers", "4");
    parameters.put("valsamples", 2L);
    parameters.put("max_iterations", 100);
    parameters.put("iterations_before_val", 10);
    parameters.put("patchsize", 32);
    parameters.put("data_subset", 1);
    parameters.put("dryrun", false);
    parameters.put("cuda", false);
    TrainArguments arguments = TrainArguments.fromMap(parameters, "run 1");
    assertAll(
        () -> assertEquals(1e-5, arguments.lr()),
        () -> assertEquals(4L, arguments.recorded().get("num_workers")),
        () -> assertEquals(1.0, arguments.recorded().get("data_subset")),
        () -> assertEquals("cpu", arguments.engine()),
        () -> assertTrue(arguments.recorded().containsKey("lam_adv")),
        () -> assertNull(arguments.recorded().get("lam_adv")),
        () -> assertFalse(arguments.recorded().containsKey("threads")),
        () -> assertTrue(arguments.toYaml().contains("\nlr: 1.0e-05\n")));
    parameters.put("no-cuda", true);
    parameters.remove("cuda");
    assertFalse(TrainArguments.fromMap(parameters, "run 1").cuda());
    parameters.put("mbs", 0);
    UserException refused =
        assertThrows(UserException.class, () -> TrainArguments.fromMap(parameters, "run 1"));
    assertTrue(refused.getMessage().startsWith("run 1: 'mbs': 0 is out of range"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"true", "1e-5", "1_000", "", "~", "a: b", "#x", "0x1F", " y", "2001-01-01"})
  void textsThatLookLikeSomethingElseStayTexts(String text) {
    TrainArguments arguments = yaml(COMPLETE).withDataFolder(text);
    assertEquals(text, yaml(arguments.toYaml()).dataFolder());
  }

  static boolean shared() {
    return Shared.isThere();
  }

  @Test
  @EnabledIf("shared")
  void theReferenceRunsArgsYamlIsWrittenByteForByte() throws IOException {
    Path run = Shared.fixture("upstream_run");
    TrainArguments arguments =
        TrainArguments.fromYaml(YamlFile.read(run.resolve("config.yaml")))
            .withDataFolder("ldct-data");
    assertEquals(Files.readString(run.resolve("args.yaml")), arguments.toYaml());
    assertEquals(List.of(0), arguments.physicalDevices());
  }

  private static TrainArguments yaml(String text) {
    return TrainArguments.fromYaml(YamlFile.parse(Path.of("a.yaml"), text));
  }

  private static String refusal(String text) {
    UserException refused = assertThrows(UserException.class, () -> yaml(text));
    assertEquals(ExitCode.CONFIG, refused.code());
    return refused.getMessage();
  }
}
