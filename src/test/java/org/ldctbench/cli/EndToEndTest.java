package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.wandb.log.RunReader;

/** A researcher's first hour: simulate a data set, tune on it, evaluate the best run. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndToEndTest {
  private static final String SWEEP =
      """
      program: ldctbench-train
      project: ldct-benchmark
      method: bayes
      metric: {name: SSIM, goal: maximize}
      parameters:
        trainer: {value: cnn10}
        data_norm: {value: meanstd}
        data_subset: {value: 1}
        devices: {value: 0}
        dryrun: {value: true}
        seed: {value: 1332}
        num_workers: {value: 0}
        valsamples: {value: 1}
        eval_patchsize: {value: 48}
        iterations_before_val: {value: 20}
        max_iterations: {value: 60}
        optimizer: {value: adam}
        adam_b1: {value: 0.9}
        adam_b2: {value: 0.999}
        mbs: {value: 4}
        patchsize: {min: 16, max: 32}
        lr: {distribution: log_uniform_values, min: 1e-4, max: 1e-2}
      """;

  @TempDir static Path folder;
  private static CommandLineProcess cli;

  @BeforeAll
  static void simulateADataSet() throws IOException, InterruptedException {
    cli = new CommandLineProcess(folder, Map.of("LDCTBENCH_CACHE", folder + "/cache"));
    CommandLineProcess.Result simulated =
        cli.run(
            "simulate",
            "--out",
            "set",
            "--size",
            "96",
            "--slices",
            "4",
            "--dose",
            "0.05",
            "--patients",
            "train=1,val=1,test=1");
    assertEquals(0, simulated.code(), simulated.err());
    Files.writeString(folder.resolve("sweep.yaml"), SWEEP);
  }

  @Test
  @Order(1)
  void tuningNamesABestRunThatTheTestCommandTakes() throws Exception {
    CommandLineProcess.Result tuned =
        cli.run(
            "hpopt",
            "--config",
            "sweep.yaml",
            "--n_runs",
            "3",
            "--set",
            "datafolder=set",
            "--json");
    assertEquals(0, tuned.code(), tuned.err());
    JsonNode summary = new ObjectMapper().readTree(tuned.out());
    assertEquals(3, summary.get("runs").size(), tuned.out());
    for (JsonNode run : summary.get("runs")) {
      assertTheRecordAgreesWithTheTable(Path.of(run.get("folder").asText()), 3);
    }
    JsonNode best = summary.get("best");
    double ssim = best.get("best").get("SSIM").asDouble();
    double baseline = best.get("low_dose").get("SSIM").asDouble();
    assertTrue(ssim > 0.05 && ssim < 1, tuned.out());
    assertTrue(baseline > 0.05 && baseline < 1, tuned.out());

    CommandLineProcess.Result tested =
        cli.run(
            "test",
            "--methods",
            best.get("folder").asText(),
            "--metrics",
            "SSIM",
            "RMSE",
            "--print_table");
    assertEquals(0, tested.code(), tested.err());
    assertTrue(tested.out().contains("SSIM (Chest)"), tested.out());
    assertTrue(Files.exists(folder.resolve("results/test_metrics.yaml")));
  }

  @ParameterizedTest
  @Order(2)
  @ValueSource(ints = {1, 4})
  void aSweepKilledTenTimesFinishesEveryRunOnce(int parallel) throws Exception {
    Path home = Files.createDirectory(folder.resolve("killed" + parallel));
    CommandLineProcess killed =
        new CommandLineProcess(
            folder, Map.of("LDCTBENCH_CACHE", folder + "/cache", "WANDB_DIR", home.toString()));
    String atOnce = "--parallel=" + parallel;
    String[] first = {
      "hpopt", "--config", "sweep.yaml", "--n_runs", "12", "--set", "datafolder=set", atOnce
    };
    Random random = new Random(5);
    Process sweep = killed.start(first);
    for (int kill = 0; kill < 10; kill++) {
      awaitEvents(home, events(home) + 1 + random.nextInt(4 * parallel), sweep);
      Thread.sleep(random.nextInt(60));
      sweep.destroyForcibly().waitFor();
      sweep = killed.start("hpopt", "--resume", sweepFolders(home).get(0).toString(), atOnce);
    }
    assertTrue(sweep.waitFor(100, TimeUnit.SECONDS));
    assertEquals(0, sweep.exitValue());
    Set<String> finished = new HashSet<>();
    for (String line : Files.readAllLines(sweepFolders(home).get(0).resolve("journal.jsonl"))) {
      JsonNode event = new ObjectMapper().readTree(line);
      if ("run_ended".equals(event.get("event").asText())) {
        assertEquals("FINISHED", event.get("state").asText(), line);
        assertTrue(finished.add(event.get("run").asText()), "ended twice: " + line);
        List<String> rows =
            Files.readAllLines(Path.of(event.get("folder").asText(), "files", "Metrics.csv"));
        assertTheRecordAgreesWithTheTable(Path.of(event.get("folder").asText()), 3);
        assertEquals(
            List.of("Iteration", "20", "40", "60"),
            rows.stream().map(row -> row.split(",", -1)[0]).toList());
      }
    }
    assertEquals(12, finished.size());
  }

  @Test
  @Order(3)
  void aStoppedSweepOfFourAtOnceLeavesFourRunsToGoOn() throws Exception {
    Path home = Files.createDirectory(folder.resolve("stopped"));
    CommandLineProcess stopped =
        new CommandLineProcess(
            folder, Map.of("LDCTBENCH_CACHE", folder + "/cache", "WANDB_DIR", home.toString()));
    Process sweep =
        stopped.start(
            "hpopt",
            "--config=sweep.yaml",
            "--n_runs=6",
            "--set=datafolder=set",
            "--set=iterations_before_val=4000",
            "--set=max_iterations=8000",
            "--parallel=4");
    awaitEvents(home, 1 + 2 * 4, sweep); // Created; started and a folder, four times.
    sweep.destroy();
    assertTrue(sweep.waitFor(60, TimeUnit.SECONDS), "it did not stop");
    Path sweepFolder = sweepFolders(home).get(0);
    List<String> lines = Files.readAllLines(sweepFolder.resolve("journal.jsonl"));
    assertEquals(4, lines.stream().filter(line -> line.contains("\"run_started\"")).count());
    assertEquals(4, lines.stream().filter(line -> line.contains("\"INTERRUPTED\"")).count());
    assertEquals(128 + 15, sweep.exitValue());
  }

  @Test
  @Order(4)
  void childProgramsRunAtOnceAndTheTableShowsThemAll() throws Exception {
    Files.writeString(
        folder.resolve("child.sh"),
        """
        touch "started-$WANDB_RUN_ID"
        for i in $(seq 200); do
          [ "$(ls started-* | wc -l)" -ge 3 ] && exit 0
          sleep 0.1
        done
        exit 1
        """);
    Files.writeString(
        folder.resolve("child.yaml"),
        "method: random\nprogram: child.sh\ncommand: [bash, \"${program}\"]\n"
            + "parameters: {x: {min: 0.0, max: 1.0}}\n");
    CommandLineProcess.Result result =
        new CommandLineProcess(folder, Map.of("WANDB_MODE", "offline", "LDCTBENCH_STDERR_TTY", "1"))
            .run("hpopt", "--config=child.yaml", "--n_runs=5", "--parallel=3", "--json");
    assertEquals(0, result.code(), result.err());
    JsonNode runs = new ObjectMapper().readTree(result.out()).get("runs");
    assertEquals(5, runs.size());
    runs.forEach(run -> assertEquals("finished", run.get("state").asText(), result.out()));
    assertTrue(
        java.util.Arrays.stream(result.err().split("\u001b\\[J"))
            .anyMatch(frame -> frame.split(" running ", -1).length == 4),
        "no frame with three runs under way: " + result.err());
  }

  @Test
  @Order(5)
  void mistakesGetOneLineAndANamedExitCode() throws Exception {
    Files.writeString(folder.resolve("typo.yaml"), SWEEP.replace("metric:", "metrik:"));
    expect(ExitCode.CONFIG, "no such file", "hpopt", "--config", "missing.yaml", "--n_runs", "1");
    expect(ExitCode.CONFIG, "typo.yaml", "hpopt", "--config", "typo.yaml", "--n_runs", "1");
    expect(ExitCode.DATA, "no data folder", "hpopt", "--config", "sweep.yaml", "--n_runs", "1");
    expect(
        ExitCode.DATA,
        "does not exist",
        "hpopt",
        "--config",
        "sweep.yaml",
        "--n_runs",
        "1",
        "--set",
        "datafolder=nowhere");
    expect(ExitCode.CONFIG, "no such run", "test", "--methods", "nothing");
    expect(ExitCode.USAGE, "at least 1", "hpopt", "--config", "sweep.yaml", "--parallel", "0");
    expect(ExitCode.USAGE, "--nonsense", "train", "--nonsense");
    expect(
        ExitCode.ENGINE,
        "engine cuda",
        "hpopt",
        "--config",
        "sweep.yaml",
        "--n_runs",
        "1",
        "--set",
        "datafolder=set",
        "--engine",
        "cuda");
  }

  private static void expect(ExitCode code, String text, String... arguments) throws Exception {
    CommandLineProcess.Result result = cli.run(arguments);
    assertEquals(code.code(), result.code(), result.err());
    assertTrue(result.err().contains(text), result.err());
    assertTrue(!result.err().contains("\tat "), "a stack trace: " + result.err());
  }

  /** Waits until the sweep's journal holds so many events; the sweep must not end before. */
  private static void awaitEvents(Path home, long wanted, Process sweep) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (events(home) < wanted) {
      assertTrue(sweep.isAlive(), "the sweep ended before it was killed ten times");
      assertTrue(System.nanoTime() < deadline, "the sweep stands still");
      Thread.sleep(5);
    }
  }

  private static long events(Path home) throws IOException {
    List<Path> sweeps = sweepFolders(home);
    if (sweeps.isEmpty()) {
      return 0;
    }
    try (var lines = Files.lines(sweeps.get(0).resolve("journal.jsonl"))) {
      return lines.count();
    }
  }

  /** The W&B record of a finished run: a row per epoch, with what Metrics.csv holds. */
  private static void assertTheRecordAgreesWithTheTable(Path run, int epochs) throws IOException {
    String id = run.getFileName().toString().replaceFirst(".*-", "");
    List<String> table = Files.readAllLines(run.resolve("files/Metrics.csv"));
    try (RunReader record = RunReader.open(run.resolve("run-" + id + ".wandb"))) {
      assertEquals("", record.problem());
      assertEquals(OptionalInt.of(0), record.exitCode());
      assertEquals("ldct-benchmark", record.run().getProject());
      assertTrue(Files.isDirectory(run.resolveSibling("sweep-" + record.run().getSweepId())));
      assertEquals(20, record.config().get("iterations_before_val").asInt());
      assertEquals(epochs, record.history().size());
      for (int i = 0; i < epochs; i++) {
        String[] cells = table.get(1 + i).split(",", -1);
        JsonNode row = record.history().get(i);
        assertEquals(Long.parseLong(cells[0]), row.get("_step").asLong());
        assertEquals(Double.parseDouble(cells[1]), row.get("SSIM").asDouble());
        String image = row.get("prediction").get("filenames").get(0).asText();
        assertTrue(Files.exists(run.resolve("files").resolve(image)), image);
      }
    }
  }

  private static List<Path> sweepFolders(Path home) throws IOException {
    Path wandb = home.resolve("wandb");
    if (!Files.isDirectory(wandb)) {
      return List.of();
    }
    try (var folders = Files.list(wandb)) {
      return folders
          .filter(path -> path.getFileName().toString().startsWith("sweep-"))
          .filter(path -> Files.exists(path.resolve("journal.jsonl")))
          .sorted()
          .toList();
    }
  }
}
