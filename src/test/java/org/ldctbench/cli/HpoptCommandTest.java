package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunState;
import org.ldctbench.wandb.FakeBackend;
import picocli.CommandLine;

class HpoptCommandTest {
  @TempDir Path folder;

  private final PrintStream stdout = System.out;
  private final InputStream stdin = System.in;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private String failure = "";

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(stdout);
    System.setIn(stdin);
  }

  private int execute(Object command, String... args) {
    return new CommandLine(command)
        .setExecutionExceptionHandler(
            (problem, line, parsed) -> {
              failure = problem.getMessage();
              return problem instanceof UserException user ? user.code().code() : 1;
            })
        .execute(args);
  }

  private HpoptCommand command(Program program) {
    return new HpoptCommand(
        (config, overrides, environment, progress, parallel) -> program,
        Map.of("WANDB_DIR", folder.toString(), "WANDB_MODE", "offline"));
  }

  private Path config(String more) throws Exception {
    Path file = folder.resolve("sweep-file.yaml");
    Files.writeString(
        file,
        "method: bayes\nprogram: ldctbench-train\nmetric: {name: SSIM, goal: maximize}\n"
            + "parameters:\n  lr: {min: 0.0, max: 1.0}\n  info: {value: a.yml}\n"
            + more);
    return file;
  }

  private static final Program TRAINING =
      (request, monitor) -> {
        double lr = (Double) request.parameters().get("lr");
        Map<String, Double> first = Map.of("SSIM", 0.9 - lr, "PSNR", 30.0, "RMSE", 9.5);
        Map<String, Double> last = Map.of("SSIM", 0.1, "PSNR", 20.0, "RMSE", 20.0);
        monitor.epoch(10, first);
        monitor.epoch(20, last);
        Path run = Path.of("/w/wandb/offline-run-20260101_000000-" + request.runId());
        return new RunOutcome(
            RunState.FINISHED,
            last,
            first,
            Map.of("SSIM", 0.5, "PSNR", 25.0, "RMSE", 15.0),
            Optional.of(run),
            "20260101_000000-" + request.runId(),
            1,
            "");
      };

  @Test
  void aSweepEndsWithTheOriginalsSummaryAndWhatFollowsFromIt() throws Exception {
    int code =
        execute(
            command(TRAINING),
            "--config",
            config("").toString(),
            "--n_runs=5",
            "--set",
            "datafolder=/data/ld ct",
            "--set=info=b.yml");
    String text = printed.toString(StandardCharsets.UTF_8);
    assertEquals(0, code, failure);
    assertTrue(text.startsWith("Create sweep with ID: "), text);
    String id = text.substring(22, 30);
    assertTrue(
        text.contains("Starting hyperparameter optimization with 5 runs. Sweep ID: " + id), text);
    assertTrue(text.contains("Summary of hyperparameter optimization with sweep ID " + id), text);
    assertTrue(text.contains("   Number of runs: 5\n   Best run: 20260101_000000-"), text);
    assertTrue(text.contains("   PSNR: 30.000\n   RMSE: 9.500\n"), text);
    assertTrue(text.contains("Low-dose input: SSIM 0.500, PSNR 25.000, RMSE 15.000"), text);
    assertTrue(text.contains("--datafolder '/data/ld ct'"), text);
    assertTrue(text.contains("ldctbench-test --methods offline-run-20260101_000000-"), text);
    assertFalse(text.contains("\u001b"), "no terminal, no escapes");
    assertTrue(Files.exists(folder.resolve("wandb/sweep-" + id + "/sweep.yaml")));
  }

  @Test
  void aResumedSweepKeepsItsRunsAndItsFixedParameters() throws Exception {
    execute(command(TRAINING), "--config", config("").toString(), "--n_runs=3", "--set=info=b.yml");
    String id = printed.toString(StandardCharsets.UTF_8).substring(22, 30);
    printed.reset();
    assertEquals(0, execute(command(TRAINING), "--resume", id, "--n_runs=5", "--json"));
    String json = printed.toString(StandardCharsets.UTF_8);
    assertEquals(5, json.split("\"info\":\"b.yml\"").length - 1 - 1, "five runs and the best");
    assertTrue(json.contains("\"end\":\"all runs are done\""), json);
  }

  @Test
  void aSweepInWhichEveryRunFailsSaysWhyTheFirstDid() throws Exception {
    Program broken =
        (request, monitor) -> {
          throw new UserException(ExitCode.DATA, "no slices in run " + request.number());
        };
    int code = execute(command(broken), "--config", config("").toString(), "--n_runs=9");
    assertEquals(ExitCode.SWEEP_FAILED.code(), code);
    assertTrue(failure.endsWith("the first failed with: no slices in run 1"), failure);
  }

  @Test
  void aWrongConfigurationLeavesNothingBehind() throws Exception {
    int code = execute(command(TRAINING), "--config", config("run_cap: 0\n").toString());
    assertEquals(ExitCode.CONFIG.code(), code);
    assertTrue(failure.contains("sweep-file.yaml:7: 'run_cap' must be"), failure);
    assertFalse(Files.exists(folder.resolve("wandb")));
  }

  @Test
  void aProjectThatTheServerCannotTakeIsRefusedBeforeTheFirstRun() throws Exception {
    int code = execute(command(TRAINING), "--config", config("project: a/b\n").toString());
    assertEquals(ExitCode.CONFIG.code(), code);
    assertTrue(failure.contains("'a/b'"), failure);
    assertFalse(Files.exists(folder.resolve("wandb")));
  }

  /** The command where a key is at hand, noting in {@code seen} what its runs get to know. */
  private HpoptCommand online(FakeBackend server, Program program, Map<String, String> seen) {
    Map<String, String> environment =
        Map.of(
            "WANDB_DIR", folder.toString(),
            "WANDB_BASE_URL", server.url(),
            "WANDB_API_KEY", FakeBackend.KEY);
    return new HpoptCommand(
        (config, overrides, ofRuns, progress, parallel) -> {
          seen.putAll(ofRuns);
          return program;
        },
        environment);
  }

  @Test
  void onlineTheServerShowsTheSweepAndItsRunsJoinIt() throws Exception {
    Map<String, String> seen = new HashMap<>();
    try (FakeBackend server = new FakeBackend()) {
      String file = config("project: lab\n").toString();
      int code =
          execute(
              online(server, TRAINING, seen), "--config", file, "--n_runs=2", "--set=info=b.yml");
      assertEquals(0, code, failure);
      FakeBackend.Sweep sweep = server.sweeps.get("sweep1");
      assertEquals(1, server.sweeps.size());
      assertTrue(sweep.config.contains("controller:\n  type: local\n"), sweep.config);
      assertEquals("FINISHED", sweep.state);
      Map<String, Object> sent = YamlFile.of(Path.of("x"), yaml(sweep.config)).values();
      assertEquals(
          Map.of(
              "info", Map.of("value", "b.yml", "distribution", "constant"),
              "lr", Map.of("min", 0.0, "max", 1.0, "distribution", "uniform")),
          sent.get("parameters"));
      assertEquals("sweep1", seen.get("WANDB_SWEEP_ID"));
      assertEquals("lab", seen.get("WANDB_PROJECT"));
      assertEquals("me", seen.get("WANDB_ENTITY"));
      assertFalse(seen.containsKey("WANDB_MODE"));
      String text = printed.toString(StandardCharsets.UTF_8);
      assertTrue(text.startsWith("Create sweep with ID: sweep1\nSweep URL: " + server.url()), text);
      seen.clear();
      assertEquals(
          0, execute(online(server, TRAINING, seen), "--resume", "sweep1", "--n_runs=3"), failure);
      assertEquals("sweep1", seen.get("WANDB_SWEEP_ID"));
      assertEquals(1, server.sweeps.size());
      assertEquals(List.of(), server.violations);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> yaml(String text) {
    return (Map<String, Object>) new org.yaml.snakeyaml.Yaml().load(text);
  }

  @Test
  void aServerThatRefusesLeavesTheSweepHere() throws Exception {
    Map<String, String> seen = new HashMap<>();
    try (FakeBackend server = new FakeBackend()) {
      server.faults = n -> 403;
      int code =
          execute(online(server, TRAINING, seen), "--config", config("").toString(), "--n_runs=2");
      assertEquals(0, code, failure);
      assertEquals(1, server.requests());
      assertEquals("offline", seen.get("WANDB_MODE"));
      assertTrue(seen.get("WANDB_SWEEP_ID").matches("[a-z0-9]{8}"), seen.toString());
    }
  }

  @Test
  void aSweepThatSaysDryrunIsNotSent() throws Exception {
    Map<String, String> seen = new HashMap<>();
    try (FakeBackend server = new FakeBackend()) {
      String file = config("").toString();
      int code =
          execute(
              online(server, TRAINING, seen), "--config", file, "--n_runs=1", "--set=dryrun=true");
      assertEquals(0, code, failure);
      assertEquals(0, server.requests());
      assertEquals("offline", seen.get("WANDB_MODE"));
    }
  }

  @ParameterizedTest
  @CsvSource({"--search=nobody, local or wandb", "--search=wandb, WANDB_API_KEY"})
  void aSearchThatCannotBeIsRefused(String option, String word) throws Exception {
    execute(command(TRAINING), "--config", config("").toString(), option);
    assertTrue(failure.contains(word), failure);
  }

  @Test
  void suggestAnswersOneLinePerRequestAndSurvivesNonsense() throws Exception {
    String input =
        "{\"ask\": 2}\nnonsense\n[1]\n{\"ask\": 0}\n"
            + "{\"id\": \"0\", \"config\": {\"lr\": 0.5}, \"state\": \"running\", \"metric\": null}\n"
            + "{\"id\": \"0\", \"config\": {\"lr\": 0.5}, \"state\": \"finished\", \"metric\": 0.9}\n"
            + "{\"config\": {\"lr\": 0.7}, \"state\": \"crashed\", \"metric\": null, \"x\": 1}\n"
            + "{\"ask\": 1}\n";
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    assertEquals(
        0,
        execute(new SuggestCommand(), "--config", config("").toString(), "--seed=3", "--stream"));
    String[] lines = printed.toString(StandardCharsets.UTF_8).split("\n");
    assertEquals(5, lines.length, printed.toString(StandardCharsets.UTF_8));
    assertTrue(
        lines[0].matches("\\[\\{\"info\":\"a.yml\",\"lr\":[0-9.E-]+\\},\\{.*\\}\\]"), lines[0]);
    for (int i = 1; i <= 3; i++) {
      assertTrue(lines[i].startsWith("{\"error\":\""), lines[i]);
    }
    assertTrue(lines[4].startsWith("[{\"info\""), lines[4]);
  }

  @Test
  void theRulesOfSweepFilesCanBeAskedFromOutside() throws Exception {
    Path bad = config("run_cap: 0\n");
    assertEquals(3, execute(new SweepCommand(), "check", bad.toString(), "--json"));
    assertTrue(printed.toString(StandardCharsets.UTF_8).startsWith("{\"valid\":false"));
    printed.reset();
    Path lines = folder.resolve("lines");
    Files.writeString(lines, "{\"parameter\": {\"min\": 1, \"max\": 4}, \"u\": [0.25, 0.3, 1]}\n");
    assertEquals(0, execute(new SweepCommand(), "ppf", lines.toString(), "--json"), failure);
    assertEquals("{\"values\":[1,2,4]}\n", printed.toString(StandardCharsets.UTF_8));
    printed.reset();
    Path bands = config("early_terminate: {type: hyperband, max_iter: 5, eta: 2, s: 2}\n");
    System.setIn(
        new ByteArrayInputStream(
            ("[{\"id\": \"a\", \"history\": [1, 0.9]}, {\"id\": \"d\", \"history\": [1, 0.8]}, {\"id\": \"b\", \"history\": [1, 0.4]},"
                    + " {\"id\": \"c\", \"history\": [1, 0.5], \"state\": \"finished\"}]")
                .getBytes(StandardCharsets.UTF_8)));
    assertEquals(0, execute(new SweepCommand(), "hyperband", bands.toString(), "--json"), failure);
    assertEquals("{\"bands\":[1,2],\"stop\":[\"b\"]}\n", printed.toString(StandardCharsets.UTF_8));
  }
}
