package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.wandb.FakeBackend;
import org.ldctbench.wandb.log.JsonValues;

/** The agent and its programs as processes, against a server of our own. */
@Timeout(180)
class AgentCommandTest {
  private static final String SWEEP =
      "program: ldctbench-train\ncommand: ['${program}', '${args_no_boolean_flags}']\n"
          + "method: random\nparameters: {lr: {min: 0.1, max: 1.0}}\n";

  @TempDir Path folder;
  private FakeBackend server;

  @BeforeEach
  void aServerWithASweep() throws IOException {
    server = new FakeBackend();
    FakeBackend.Sweep sweep = new FakeBackend.Sweep();
    sweep.config = SWEEP;
    server.sweeps.put("k3v9x0qa", sweep);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  /** A folder first on PATH in which ldctbench-train is this build's. */
  private Path commands() throws IOException {
    Path script = Files.createDirectories(folder.resolve("bin")).resolve("ldctbench-train");
    Files.writeString(
        script,
        "#!/bin/sh\nexec '"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "' -Djava.library.path='"
            + System.getProperty("java.library.path")
            + "' -Dorg.bytedeco.javacpp.pathsFirst=true -cp '"
            + System.getProperty("java.class.path")
            + "' org.ldctbench.cli.Main train \"$@\"\n");
    assertTrue(script.toFile().setExecutable(true));
    return script.getParent();
  }

  private static String runCommand(String id, Map<String, Object> arguments) {
    Map<String, Object> args = new LinkedHashMap<>();
    arguments.forEach((key, value) -> args.put(key, Map.of("value", value)));
    return JsonValues.write(List.of(Map.of("type", "run", "run_id", id, "args", args)));
  }

  @Test
  void ourAgentDrivesOurTrainer() throws Exception {
    CommandLineProcess cli =
        new CommandLineProcess(
            folder,
            Map.of(
                "PATH", commands() + ":" + System.getenv("PATH"),
                "WANDB_BASE_URL", server.url(),
                "WANDB_API_KEY", FakeBackend.KEY,
                "LDCTBENCH_CACHE", folder + "/cache",
                "LDCTBENCH_DATAFOLDER", folder + "/set"));
    CommandLineProcess.Result simulated =
        cli.run(
            "simulate", "--out=set", "--size=64", "--slices=3", "--patients=train=1,val=1,test=1");
    assertEquals(0, simulated.code(), simulated.err());
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("dryrun", false);
    arguments.put("eval_patchsize", 48);
    arguments.put("iterations_before_val", 5);
    arguments.put("lr", 1e-05);
    arguments.put("max_iterations", 10);
    arguments.put("mbs", 2);
    arguments.put("num_workers", 0);
    arguments.put("optimizer", "adam");
    arguments.put("patchsize", 16);
    arguments.put("trainer", "cnn10");
    arguments.put("valsamples", 1);
    server.commands.add(runCommand("run00001", arguments));
    CommandLineProcess.Result agent = cli.run("agent", "me/lab/k3v9x0qa", "--count=1");
    assertEquals(0, agent.code(), agent.err());
    FakeBackend.Run run = server.runs.get("run00001");
    assertEquals("finished", run.state, agent.err());
    assertEquals("k3v9x0qa", run.sweep);
    assertEquals("lab", run.project);
    assertEquals(2, run.history.size());
    JsonNode config = run.config;
    assertEquals(1e-5, config.get("lr").get("value").doubleValue());
    assertEquals(false, config.get("dryrun").get("value").booleanValue());
    assertEquals(List.of(), server.violations);
    Path file = folder.resolve("wandb/sweep-k3v9x0qa/config-run00001.yaml");
    assertTrue(Files.readString(file).startsWith("wandb_version: 1\n\ndryrun:\n  value: false\n"));
  }

  @Test
  void firstCtrlCWaitsForTheRunWhichDoesNotHearIt() throws Exception {
    Path program = folder.resolve("slow.sh");
    Files.writeString(program, "trap 'exit 9' INT TERM; touch begun; sleep 3; touch done\n");
    server.sweeps.get("k3v9x0qa").config =
        "program: slow.sh\ncommand: [bash, '${program}']\nmethod: random\n"
            + "parameters: {x: {value: 1}}\n";
    for (int i = 0; i < 5; i++) {
      server.commands.add(runCommand("run0000" + i, Map.of("x", 1)));
    }
    CommandLineProcess cli =
        new CommandLineProcess(
            folder, Map.of("WANDB_BASE_URL", server.url(), "WANDB_API_KEY", FakeBackend.KEY));
    Process agent = cli.start("agent", "me/lab/k3v9x0qa");
    while (agent.isAlive() && !Files.exists(folder.resolve("begun"))) {
      Thread.sleep(50);
    }
    new ProcessBuilder("kill", "-INT", "" + agent.pid()).start().waitFor();
    assertEquals(130, agent.waitFor());
    assertTrue(Files.exists(folder.resolve("done")), "the run went on to its end");
    assertEquals(4, server.commands.size());
  }

  @Test
  void theServersSearchDrivesTheSweepThatHpoptMakesThere() throws Exception {
    Files.writeString(folder.resolve("program.sh"), "echo \"$@\" >> words\n");
    Files.writeString(
        folder.resolve("sweep.yaml"),
        "program: program.sh\ncommand: [bash, '${program}', '${args}']\nmethod: bayes\n"
            + "metric: {name: SSIM, goal: maximize}\n"
            + "parameters: {x: {min: 0.0, max: 1.0}, y: {value: 1}}\n");
    server.commands.add(runCommand("run00001", Map.of("x", 0.25)));
    server.commands.add("[]");
    server.commands.add(runCommand("run00002", Map.of("x", 0.5)));
    FakeBackend.Run best = new FakeBackend.Run();
    best.displayName = "the-best";
    best.summary = JsonValues.read("{\"SSIM\": 0.75, \"PSNR\": 30}");
    server.runs.put("run00001", best);
    CommandLineProcess cli =
        new CommandLineProcess(
            folder, Map.of("WANDB_BASE_URL", server.url(), "WANDB_API_KEY", FakeBackend.KEY));
    CommandLineProcess.Result result =
        cli.run("hpopt", "--config=sweep.yaml", "--search=wandb", "--n_runs=2", "--set=y=7");
    assertEquals(0, result.code(), result.err());
    assertEquals("--x=0.25\n--x=0.5\n", Files.readString(folder.resolve("words")));
    FakeBackend.Sweep sweep = server.sweeps.get("sweep2");
    assertFalse(sweep.config.contains("controller"), "the server is in control");
    assertTrue(sweep.config.contains("value: 7"), sweep.config);
    assertTrue(
        result.out().contains("Best run: the-best\n   SSIM: 0.750\n   PSNR: 30.000\n"),
        result.out());
  }
}
