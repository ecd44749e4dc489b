package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Progress;
import org.ldctbench.common.UserException;
import org.ldctbench.simulate.Anatomy;
import org.ldctbench.simulate.Simulation;
import org.ldctbench.simulate.SimulationSettings;
import org.ldctbench.simulate.SplitSizes;
import picocli.CommandLine;

@Tag("drawing")
class TrainCommandTest {
  private static final String COMPLETE =
      "--trainer cnn10 --optimizer adam --lr 1e-3 --mbs 2 --num_workers 0 --valsamples 1"
          + " --max_iterations 6 --iterations_before_val 3 --patchsize 16 --eval_patchsize=32"
          + " --no-cuda --threads 1 --dryrun --seed 7";

  @TempDir static Path data;
  @TempDir Path base;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void simulateFourSlicesOfTwoPatients() {
    Simulation.make(
        new SimulationSettings(
            null, List.of(Anatomy.values()[0]), new SplitSizes(1, 1, 1), 2, 64, 0.25, null, 1, 1),
        data.resolve("set"),
        1,
        true,
        Progress.SILENT);
  }

  @Test
  void aRunFromOptionsRecordsAllOfThemAsTheOriginalDoes() throws IOException {
    assertEquals(0, execute(COMPLETE + " --datafolder " + set()), err::toString);
    String args = Files.readString(latest().resolve("args.yaml"));
    for (String line :
        List.of(
            "config: ''",
            "cuda: false",
            "devices:\n- 0\n- 1",
            "dryrun: true",
            "lam_adv: null",
            "lr: 0.001",
            "seed: 7",
            "threads: 1",
            "weight_decay: 0.0")) {
      assertTrue(args.contains(line + "\n"), line + " in " + args);
    }
    assertTrue(out.toString().startsWith("Start training...\n"), out.toString());
    assertTrue(out.toString().contains("Store network at iteration 3 with SSIM: 0."));
    assertTrue(err.toString().contains("Using the split and statistics of"));
    assertTrue(err.toString().contains("engine: cpu"));
  }

  @Test
  void aConfigReplacesOptionsAndSaysWhich() throws IOException {
    Path config = base.resolve("a.yaml");
    Files.writeString(
        config,
        """
        trainer: cnn10
        optimizer: sgd
        lr: 1e-4
        mbs: 2
        num_workers: 0
        valsamples: 0
        max_iterations: 2
        iterations_before_val: 2
        patchsize: 16
        eval_patchsize: 0
        """);
    assertEquals(
        0,
        execute("--config " + config + " --mbs 1 --engine cpu --threads 1", "" + set()),
        err::toString);
    assertTrue(err.toString().contains("warning: --mbs is ignored"), err.toString());
    assertTrue(err.toString().contains("LDCTBENCH_DATAFOLDER"));
    String args = Files.readString(latest().resolve("args.yaml"));
    assertTrue(args.contains("mbs: 2\n") && args.contains("engine: cpu\n"), args);
    assertTrue(args.contains("datafolder: " + set() + "\n"), args);
    assertEquals(2, execute("--config " + config + " --mbs abc"));
  }

  @Test
  void aRunIsContinuedByNameAndItsOptionsCannotChange() throws IOException {
    assertEquals(0, execute(COMPLETE + " --datafolder " + set()), err::toString);
    byte[] checkpoint = Files.readAllBytes(latest().resolve("best_SSIM.pt"));
    Files.delete(latest().resolve("resume.state"));
    assertEquals(0, execute("--resume latest-run --mbs 2"), err::toString);
    assertEquals(
        0, Arrays.compare(checkpoint, Files.readAllBytes(latest().resolve("best_SSIM.pt"))));
    assertEquals(2, execute("--resume latest-run --mbs 4"));
    assertTrue(err.toString().contains("--mbs 4 differs from the run's 2"), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--devices 3 1 2 | devices:~- 0~- 1~- 2~",
        "--devices=0     | devices: 0~",
        "--devices 3 --devices 1 2 5 --mbs 1 | devices:~- 0~- 1~- 2~",
        "--dryrun=false  | dryrun: false~",
        "--dryrun=true   | dryrun: true~",
        "--cuda --no-cuda | cuda: false~",
        "--no-cuda --cuda | cuda: true~",
        "--cuda=false    | cuda: false~",
        "--no-cu         | cuda: false~",
        "--max_it 0      | max_iterations: 0~",
        "--lr=1e-5       | lr: 1.0e-05~",
        "--mbs 1 --mbs 2 | mbs: 2~",
        "--seed=11       | seed: 11~",
      })
  void optionsAreWrittenAsTheOriginalsAre(String options, String recorded) throws IOException {
    String escaped = recorded.replace('~', '\n');
    assertEquals(
        0,
        execute(
            COMPLETE.replace(" --dryrun", "").replace("--no-cuda", "--engine cpu")
                + " --max_iterations 0 --datafolder "
                + set()
                + " "
                + options),
        err::toString);
    String args = Files.readString(latest().resolve("args.yaml"));
    assertTrue(args.contains(escaped), args);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mbs eight    | 2 | --mbs: 'mbs': 'eight' is not valid",
        "--mbs 2.5      | 2 | --mbs: 'mbs': '2.5'",
        "--mbs          | 2 | Missing required parameter",
        "--mbss 4       | 2 | Unknown option",
        "--optimizer x  | 2 | unknown optimizer 'x'",
        "--dryrun=maybe | 2 | maybe",
        "--mbs 300      | 4 | there are 2 validation slices but a minibatch is 300",
        "--patchsize 65 | 4 | patchsize 65 does not fit an image of 64 x 64",
        "--info no.yml  | 3 | no.yml: no such file",
        "--config no.yml | 3 | no.yml: no such file",
        "--resume none  | 3 | none: no such run",
        "--engine cuda --device 999 | 5 | engine cuda: ",
      })
  void whatCannotWorkIsToldWithItsOwnExitCode(String options, int code, String message) {
    int actual = execute(COMPLETE + " --datafolder " + set() + " " + options);
    assertTrue(err.toString().contains(message.strip()), err.toString());
    assertEquals(code, actual);
  }

  @Test
  void withoutADataFolderTheThreeWaysAreNamed() {
    assertEquals(ExitCode.DATA.code(), execute(COMPLETE));
    assertTrue(err.toString().contains("--datafolder"));
    assertTrue(err.toString().contains("LDCTBENCH_DATAFOLDER"));
  }

  @Test
  void allMissingOptionsAreNamedAtOnce() {
    assertEquals(ExitCode.USAGE.code(), execute("--trainer cnn10 --lr 1"));
    assertTrue(
        err.toString()
            .contains(
                "required keys are missing: mbs, num_workers, valsamples, max_iterations,"
                    + " iterations_before_val, optimizer, patchsize"),
        err.toString());
  }

  @Test
  void aDivergedRunHasItsOwnExitCode() {
    assertEquals(
        ExitCode.DIVERGED.code(),
        execute(COMPLETE + " --optimizer sgd --lr 1e20 --datafolder " + set()));
    assertTrue(err.toString().contains("training diverged"));
  }

  private static Path set() {
    return data.resolve("set");
  }

  private Path latest() {
    return base.resolve("wandb/latest-run/files");
  }

  private int execute(String words) {
    return execute(words, "");
  }

  private int execute(String words, String dataFolder) {
    List<String> args = new ArrayList<>(List.of("--quiet"));
    args.addAll(List.of(words.strip().split("\\s+")));
    Map<String, String> environment =
        Map.of(
            "WANDB_DIR", base.toString(),
            "LDCTBENCH_CACHE", data.resolve("cache").toString(),
            "LDCTBENCH_DATAFOLDER", dataFolder);
    return new CommandLine(new TrainCommand(environment))
        .setAbbreviatedOptionsAllowed(true)
        .setOverwrittenOptionsAllowed(true)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> {
              if (problem instanceof UserException user) {
                command.getErr().println(user.getMessage());
                return user.code().code();
              }
              throw problem;
            })
        .execute(args.toArray(String[]::new));
  }
}
