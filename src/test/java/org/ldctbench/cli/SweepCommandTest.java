package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.RunState;
import picocli.CommandLine;

class SweepCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private final PrintStream stdout = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(stdout);
  }

  private String sweep(String... args) {
    printed.reset();
    int code = new CommandLine(new SweepCommand()).execute(args);
    assertEquals(0, code, printed.toString(StandardCharsets.UTF_8));
    return printed.toString(StandardCharsets.UTF_8);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve("sweep.yaml"), text);
  }

  @Test
  void gridListsItsRunsInOrder() throws IOException {
    Path file =
        write(
            "method: grid\nparameters: {b: {values: [1, 2]}, a: {values: [x, y]}, c: {value: 3}}\n");
    JsonNode runs = JSON.readTree(sweep("grid", file.toString(), "--json"));
    assertEquals(
        JSON.readTree(
            """
            [{"a":"x","b":1,"c":3},{"a":"x","b":2,"c":3},{"a":"y","b":1,"c":3},{"a":"y","b":2,"c":3}]
            """),
        runs);
  }

  @Test
  void gridPrintsOneRunALineWithoutJson() throws IOException {
    Path file = write("method: grid\nparameters: {a: {values: [1, 2, 3]}}\n");
    assertEquals(3, sweep("grid", file.toString()).lines().count());
  }

  /** Through the whole command line: abbreviated options once made a lone "-" a crash. */
  @Test
  void ppfReadsStandardInput() throws IOException {
    InputStream stdin = System.in;
    String question = "{\"parameter\":{\"min\":0.0,\"max\":2.0},\"u\":[0.25,1.0]}\n";
    System.setIn(new ByteArrayInputStream(question.getBytes(StandardCharsets.UTF_8)));
    try {
      assertEquals(0, Main.run("sweep", "ppf", "-", "--json"));
    } finally {
      System.setIn(stdin);
    }
    assertEquals(
        JSON.readTree("{\"values\":[0.5,2.0]}"),
        JSON.readTree(printed.toString(StandardCharsets.UTF_8)));
  }

  @Test
  void hyperbandPassesOverWhatIsNoNumber() throws IOException {
    Path file =
        write(
            "method: random\nmetric: {name: f}\nparameters: {a: {value: 1}}\n"
                + "early_terminate: {type: hyperband, min_iter: 2}\n");
    Path runs =
        Files.writeString(
            folder.resolve("runs.json"),
            """
            [{"id": "good", "state": "running", "history": [1, NaN, 0.5]},
             {"id": "bad", "state": "running", "history": [{"f": 3}, {"other": 1}, {"f": 2}]},
             {"id": "short", "state": "running", "history": [NaN, 9]},
             {"id": "ended", "state": "finished", "history": [0.4, 0.4]},
             {"id": "ended too", "state": "failed", "history": [9, 9]}]
            """);
    assertEquals(
        JSON.readTree("[\"bad\"]"),
        JSON.readTree(sweep("hyperband", file.toString(), "--runs=" + runs)).get("stop"));
  }

  /** Runs a sweep over two parameters of which only {@code x} matters. */
  private Path searched(String method, int runs) throws IOException {
    Path file =
        write(
            "method: "
                + method
                + "\nprogram: ldctbench-train\nmetric: {name: f, goal: minimize}\n"
                + "parameters: {x: {min: 0.0, max: 1.0}, idle: {min: 0.0, max: 1.0}}\n");
    Program program =
        (request, monitor) -> {
          double x = (Double) request.parameters().get("x");
          Map<String, Double> f = Map.of("f", (x - 0.3) * (x - 0.3));
          monitor.epoch(1, f);
          return new RunOutcome(
              RunState.FINISHED, f, f, Map.of(), Optional.empty(), request.runId(), 1, "");
        };
    Path root = folder.resolve("wandb");
    HpoptCommand command =
        new HpoptCommand(
            (config, overrides, at, progress, parallel) -> program,
            Map.of("WANDB_DIR", folder.toString(), "WANDB_MODE", "offline"));
    assertEquals(
        0, new CommandLine(command).execute("--config", file.toString(), "--n_runs=" + runs));
    try (var made = Files.list(root)) {
      return made.filter(path -> path.getFileName().toString().startsWith("sweep-"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void showNamesTheParameterThatMattersAndWhereTheBestIs() throws IOException {
    Path sweep = searched("bayes", 14);
    JsonNode model = JSON.readTree(sweep("show", sweep.toString(), "--json")).get("model");
    assertEquals("x", model.at("/parameters/0/name").asText());
    assertTrue(model.at("/parameters/0/importance").asDouble() > 0.6, model.toString());
    assertEquals(0.3, model.at("/bestParameters/x").asDouble(), 0.05);
    JsonNode runs = JSON.readTree(sweep("show", sweep.toString(), "--json")).get("runs");
    assertEquals(
        model.at("/bestParameters"),
        runs.at("/" + (model.get("bestRun").asInt() - 1)).get("parameters"));
    String text = sweep("show", sweep.toString());
    assertTrue(text.contains("importance") && text.contains("Expected improvement"), text);
    assertTrue(text.contains(", run " + model.get("bestRun").asInt()), text);
  }

  /** A figure of the machine it runs on would be flaky; ten seconds is what no one would wait. */
  @Test
  void aThousandRunsAreShownWithoutAWait() throws IOException {
    Path sweep = Files.createDirectories(folder.resolve("sweep-thousand"));
    Files.writeString(
        sweep.resolve("sweep.yaml"),
        "method: bayes\nmetric: {name: f, goal: minimize}\n"
            + "parameters: {x: {min: 0.0, max: 1.0}, n: {min: 1, max: 5000}}\n");
    StringBuilder journal =
        new StringBuilder(
            "{\"event\":\"sweep_created\",\"sweep\":\"thousand\",\"seed\":1,\"fixed\":{}}\n");
    Random random = new Random(3);
    for (int i = 1; i <= 1000; i++) {
      double x = random.nextDouble();
      String run = "run%05d".formatted(i);
      journal.append(
          String.format(
              Locale.ROOT,
              "{\"event\":\"run_started\",\"run\":\"%s\",\"number\":%d,"
                  + "\"parameters\":{\"x\":%.6f,\"n\":%d}}%n"
                  + "{\"event\":\"run_ended\",\"run\":\"%s\",\"state\":\"FINISHED\","
                  + "\"summary\":{\"f\":%.6f},\"best\":{},\"baseline\":{},\"seconds\":1,"
                  + "\"name\":\"\",\"failure\":\"\"}%n",
              run,
              i,
              x,
              1 + random.nextInt(5000),
              run,
              x * x));
    }
    Files.writeString(sweep.resolve("journal.jsonl"), journal);
    long begin = System.nanoTime();
    String shown = sweep("show", sweep.toString());
    double seconds = (System.nanoTime() - begin) * 1e-9;
    assertTrue(shown.lines().count() > 1000, shown);
    assertTrue(seconds < 10, seconds + " s");
  }
}
