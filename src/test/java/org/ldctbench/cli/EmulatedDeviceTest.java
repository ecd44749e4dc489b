package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.common.ExitCode;

/** Whole commands on the CUDA engine, whose device is emulated on the host. */
class EmulatedDeviceTest {
  private static final long BUILD_LIMIT_MINUTES = 20;
  private static final Path LIBRARIES = Path.of("target", "emulated").toAbsolutePath();
  private static final Pattern SSIM = Pattern.compile("with SSIM: ([0-9.]+)");

  @TempDir static Path folder;

  @BeforeAll
  static void buildTheEngineAndSimulateADataSet() throws IOException, InterruptedException {
    Process build =
        new ProcessBuilder("bash", "cppbuild.sh", "emulate")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("build.txt").toFile())
            .start();
    assertTrue(build.waitFor(BUILD_LIMIT_MINUTES, TimeUnit.MINUTES), "the build did not end");
    assertEquals(0, build.exitValue(), () -> text(folder.resolve("build.txt")));
    CommandLineProcess.Result made =
        cli(Map.of()).run("simulate", "--out", "set", "--size", "64", "--slices", "2");
    assertEquals(0, made.code(), made.err());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static CommandLineProcess cli(Map<String, String> more) {
    Map<String, String> environment = new java.util.HashMap<>(more);
    environment.put("LDCTBENCH_CACHE", folder + "/cache");
    environment.put("WANDB_MODE", "offline");
    return new CommandLineProcess(folder, environment, LIBRARIES.toString());
  }

  private static CommandLineProcess.Result train(CommandLineProcess cli, String... more)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "--datafolder", "set", "--trainer", "cnn10", "--seed", "1332"));
    arguments.addAll(List.of("--optimizer", "adam", "--adam_b1", "0.9", "--adam_b2", "0.999"));
    arguments.addAll(List.of("--lr", "1e-3", "--mbs", "2", "--patchsize", "9", "--dryrun"));
    arguments.addAll(List.of("--max_iterations", "6", "--iterations_before_val", "3"));
    arguments.addAll(List.of("--valsamples", "1", "--eval_patchsize", "16", "--num_workers", "0"));
    arguments.addAll(List.of("--data_norm", "meanstd", "--data_subset", "1"));
    arguments.addAll(List.of(more));
    return cli.run(arguments.toArray(new String[0]));
  }

  private static double ssim(CommandLineProcess.Result result) {
    Matcher stored = SSIM.matcher(result.out() + result.err());
    assertTrue(stored.find(), result.out() + result.err());
    return Double.parseDouble(stored.group(1));
  }

  @Test
  void infoNamesTheDeviceForWhatItIs() throws IOException, InterruptedException {
    CommandLineProcess.Result info = cli(Map.of()).run("info");
    assertEquals(0, info.code(), info.err());
    assertTrue(info.out().contains("emulated device"), info.out());
  }

  @Test
  void trainingOnTheDeviceEqualsTrainingOnTheProcessor() throws IOException, InterruptedException {
    CommandLineProcess.Result cuda = train(cli(Map.of()), "--engine", "cuda");
    CommandLineProcess.Result cpu = train(cli(Map.of()), "--engine", "cpu");
    assertEquals(0, cuda.code(), cuda.err());
    assertEquals(0, cpu.code(), cpu.err());
    assertTrue(cuda.err().contains("engine: cuda, device 0, emulated device"), cuda.err());
    assertEquals(ssim(cpu), ssim(cuda), 1e-5);
  }

  @Test
  void autoTakesTheDeviceUnlessItLacksThePrecision() throws IOException, InterruptedException {
    CommandLineProcess.Result auto = train(cli(Map.of()), "--engine", "auto");
    assertTrue(auto.err().contains("engine: cuda"), auto.err());
    CommandLineProcess.Result other =
        train(cli(Map.of()), "--engine", "auto", "--precision", "bf16x3");
    assertTrue(other.err().contains("not cuda: it cannot compute in bf16x3"), other.err());
    assertTrue(other.err().contains("engine: cpu"), other.err());
  }

  @Test
  void aRunWhoseDeviceWasLostGoesOnToTheSameEnd() throws IOException, InterruptedException {
    CommandLineProcess.Result whole = train(cli(Map.of()), "--engine", "cuda");
    CommandLineProcess.Result lost =
        train(cli(Map.of("EMULATION_LOST_AFTER", "70")), "--engine", "cuda");
    assertEquals(ExitCode.DEVICE_LOST.code(), lost.code(), lost.err());
    Matcher resume = Pattern.compile("continue with --resume (\\S+)").matcher(lost.err());
    assertTrue(resume.find(), lost.err());
    Path run = Path.of(resume.group(1));
    try (Stream<Path> files = Files.walk(run)) {
      assertTrue(files.noneMatch(file -> file.toString().endsWith(".part")), "half a file");
    }
    CommandLineProcess.Result resumed = cli(Map.of()).run("train", "--resume", run.toString());
    assertEquals(0, resumed.code(), resumed.err());
    assertEquals(bestLine(whole), bestLine(resumed));
  }

  private static CommandLineProcess.Result tune(CommandLineProcess cli, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("hpopt", "--engine=cuda", "--json"));
    arguments.addAll(List.of(more));
    return cli.run(arguments.toArray(new String[0]));
  }

  @Test
  void runsAtOnceThatLoseTheDeviceAllGoOnLater() throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("sweep.yaml"),
        """
        program: ldctbench-train
        method: random
        metric: {name: SSIM, goal: maximize}
        parameters:
          lr: {min: 0.0001, max: 0.01}
          trainer: {value: cnn10}
          datafolder: {value: set}
          data_norm: {value: meanstd}
          dryrun: {value: true}
          optimizer: {value: adam}
          mbs: {value: 2}
          patchsize: {value: 9}
          eval_patchsize: {value: 16}
          num_workers: {value: 0}
          valsamples: {value: 1}
          iterations_before_val: {value: 3}
          max_iterations: {value: 6}
        """);
    CommandLineProcess.Result lost =
        tune(
            cli(Map.of("EMULATION_LOST_AFTER", "150")),
            "--config=sweep.yaml",
            "--n_runs=4",
            "--parallel=2");
    assertEquals(ExitCode.DEVICE_LOST.code(), lost.code(), lost.err());
    Matcher resume =
        Pattern.compile("Go on with: ldctbench-hpopt --resume (\\S+) --parallel 2")
            .matcher(lost.err());
    assertTrue(resume.find(), lost.err());
    CommandLineProcess.Result resumed =
        tune(cli(Map.of()), "--resume=" + resume.group(1), "--parallel=2");
    assertEquals(0, resumed.code(), resumed.err());
    assertEquals(
        4 + 1, resumed.out().split("\"state\":\"finished\"", -1).length - 1, "and the best");
  }

  /** Best SSIM and iteration, without the folder. */
  private static String bestLine(CommandLineProcess.Result result) {
    Matcher best = Pattern.compile("Best SSIM [0-9.]+ at iteration \\d+").matcher(result.err());
    assertTrue(best.find(), result.err());
    return best.group();
  }
}
