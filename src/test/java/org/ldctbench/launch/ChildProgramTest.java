package org.ldctbench.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.sweep.RunMonitor;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunRequest;
import org.ldctbench.sweep.RunState;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.wandb.run.RunIdentity;
import org.ldctbench.wandb.run.UploadEnd;
import org.ldctbench.wandb.run.WandbRun;
import org.ldctbench.wandb.settings.WandbSettings;

class ChildProgramTest {
  @TempDir Path folder;

  private static Map<String, Object> everyKind() {
    Map<String, Object> p = new LinkedHashMap<>();
    p.put("f", 1e-05);
    p.put("one", 1.0);
    p.put("i", 3);
    p.put("t", true);
    p.put("fl", false);
    p.put("none", null);
    p.put("s", "hello world");
    p.put("l", List.of(1, 2.5, "x"));
    Map<String, Object> inner = new LinkedHashMap<>();
    inner.put("a", 1);
    inner.put("b", Map.of("c", true));
    p.put("d", inner);
    return p;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "${args}; --f=1e-05|--one=1.0|--i=3|--t=True|--fl=False|--none=None|--s=hello world|--l=[1, 2.5, 'x']|--d={'a': 1, 'b': {'c': True}}",
        "${args_no_boolean_flags}; --f=1e-05|--one=1.0|--i=3|--t|--none=None|--s=hello world|--l=[1, 2.5, 'x']|--d={'a': 1, 'b': {'c': True}}",
        "${args_no_hyphens}; f=1e-05|one=1.0|i=3|t=True|fl=False|none=None|s=hello world|l=[1, 2.5, 'x']|d={'a': 1, 'b': {'c': True}}",
        "${args_json}; {\"f\": 1e-05, \"one\": 1.0, \"i\": 3, \"t\": true, \"fl\": false, \"none\": null, \"s\": \"hello world\", \"l\": [1, 2.5, \"x\"], \"d\": {\"a\": 1, \"b\": {\"c\": true}}}",
        "${program}; train.py",
        "${interpreter}; python",
        "${env}; /usr/bin/env",
        "pre${args}; pre${args}",
        "a${envvar:HOME}b${envvar:NOT_SET}; a/home/meb" + "NOT_SET",
        "${args_json_file}; /tmp/x.json"
      })
  void macrosBecomeTheWordsThatPythonProgramsExpect(String macro, String expected) {
    CommandMacros macros =
        new CommandMacros("train.py", everyKind(), "/tmp/x.json", Map.of("HOME", "/home/me"));
    assertEquals(Arrays.asList(expected.split("\\|")), macros.expand(List.of(macro)));
  }

  @Test
  void unknownMacrosVanishAndPairsBecomeTwoWords() {
    CommandMacros macros = new CommandMacros("p", Map.of("x", 1e-05), "", Map.of());
    assertEquals(
        List.of("--x", "1e-05", "+x=1e-05", "++x=1e-05"),
        macros.expand(
            List.of(
                "${args_no_equals}",
                "${nonsense}",
                "${args_append_hydra}",
                "${args_override_hydra}")));
  }

  @Test
  void theParameterFileIsYamlThatKeepsNumbersNumbers() {
    Map<String, Object> p = new LinkedHashMap<>();
    p.put("lr", 1e-05);
    p.put("name", "a: b");
    assertEquals(
        "wandb_version: 1\n\nlr:\n  value: 1.0e-05\nname:\n  value: \"a: b\"\n",
        ChildProgram.parameterFile(p));
  }

  /** Writes rows of a run folder as a trainer would, then ends as told. */
  private RunOutcome run(String script, RunMonitor monitor) throws IOException {
    Path root = Files.createDirectories(folder.resolve("wandb"));
    Files.createDirectories(root.resolve("sweep-abcdefgh"));
    Path program = folder.resolve("train.sh");
    Files.writeString(
        program,
        "F=$WANDB_DIR/wandb/offline-run-20260101_000000-$WANDB_RUN_ID/files\nmkdir -p $F\n"
            + "printf 'Iteration,SSIM\\r\\n' > $F/Metrics.csv\n"
            + "row() { printf \"$1,$2\\r\\n\" >> $F/Metrics.csv; }\n"
            + script);
    Path yaml = folder.resolve("sweep.yaml");
    Files.writeString(
        yaml,
        "method: random\nprogram: "
            + program
            + "\nmetric: {name: SSIM, goal: maximize}\n"
            + "command: [bash, '${program}', '${args_no_hyphens}']\n"
            + "parameters: {x: {min: 0.0, max: 1.0}}\n");
    try (ChildProgram child =
        new ChildProgram(SweepConfig.read(yaml), root, System.getenv(), Duration.ofMillis(500))) {
      return child.execute(
          new RunRequest("abcdefgh", "run00001", 1, Map.of("x", 0.5), Optional.empty()), monitor);
    }
  }

  private static final class Recorder implements RunMonitor {
    final List<Long> iterations = new ArrayList<>();
    int calls;
    Path located;
    Order order = Order.CONTINUE;

    @Override
    public void folder(Path where) {
      located = where;
    }

    @Override
    public Order rows(List<Row> rows) {
      calls++;
      rows.forEach(row -> iterations.add(row.iteration()));
      return order;
    }

    @Override
    public boolean interrupted() {
      return false;
    }
  }

  @Test
  void aChildThatFinishesReportsItsRowsAndItsBest() throws IOException {
    Recorder recorder = new Recorder();
    RunOutcome outcome =
        run(
            "test \"$1\" = x=0.5 || exit 9\nread line && exit 8\nrow 10 0.5\nrow 20 0.7\nrow 30 0.6\n",
            recorder);
    assertEquals(RunState.FINISHED, outcome.state(), outcome.failure());
    assertEquals(List.of(10L, 20L, 30L), recorder.iterations);
    assertEquals(Map.of("SSIM", 0.7), outcome.best());
    assertEquals(Map.of("SSIM", 0.6), outcome.summary());
    assertEquals("offline-run-20260101_000000-run00001", outcome.name());
    assertEquals(outcome.folder(), Optional.of(recorder.located));
  }

  @Test
  void rowsOfAGrowingLogArePassedOnOnce() throws IOException {
    WandbSettings settings = WandbSettings.load(Map.of("WANDB_MODE", "offline"), folder, folder);
    RunIdentity identity =
        RunIdentity.of(
            settings,
            folder.resolve("other"),
            "run00001",
            "n",
            "p",
            List.of(),
            Map.of(),
            "t",
            List.of());
    try (WandbRun run =
        WandbRun.start(settings, identity, UploadEnd.here(Duration.ZERO), line -> {})) {
      for (int step = 1; step <= 3; step++) {
        run.log(step, Map.of("SSIM", step / 10.0));
        Files.copy(identity.logFile(), folder.resolve("stage" + step));
      }
    }
    Recorder recorder = new Recorder();
    RunOutcome outcome =
        run(
            "rm $F/Metrics.csv\nfor i in 1 2 3; do cp "
                + folder
                + "/stage$i $F/../run-run00001.wandb; sleep 0.4; done\n",
            recorder);
    assertEquals(List.of(1L, 2L, 3L), recorder.iterations, outcome.failure());
    assertEquals(Map.of("SSIM", 0.3), outcome.summary());
  }

  @Test
  void aChildThatLogsFastIsReadInFewSteps() throws IOException {
    Recorder recorder = new Recorder();
    String rows = "seq 1 20000 | sed 's/$/,0.5\\r/' >> $F/Metrics.csv\n";
    RunOutcome outcome = run(rows, recorder);
    assertEquals(20_000, recorder.iterations.size(), outcome.failure());
    // One step a poll of 0.1 s, however many rows it brings.
    assertTrue(recorder.calls < 1 + outcome.seconds() / 0.1, recorder.calls + " calls");
  }

  @Test
  void aChildThatFailsGivesItsExitCodeAndLastLine() throws IOException {
    RunOutcome outcome = run("echo no such data\nexit 3\n", new Recorder());
    assertEquals(RunState.FAILED, outcome.state());
    assertEquals("exit code 3: no such data", outcome.failure());
  }

  @Test
  void aChildThatIsToStopEarlyAndIgnoresItIsKilled() throws IOException {
    Recorder recorder = new Recorder();
    recorder.order = RunMonitor.Order.STOP_EARLY;
    long begin = System.nanoTime();
    RunOutcome outcome =
        run("trap '' TERM\nrow 10 0.5\nfor i in $(seq 300); do sleep 0.1; done\n", recorder);
    assertEquals(RunState.STOPPED, outcome.state());
    assertTrue((System.nanoTime() - begin) * 1e-9 < 10);
    assertEquals(Map.of("SSIM", 0.5), outcome.summary());
  }
}
