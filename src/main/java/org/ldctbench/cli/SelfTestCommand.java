package org.ldctbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.ldctbench.binding.Engines;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;
import org.ldctbench.selftest.Row;
import org.ldctbench.selftest.SelfTest;
import org.ldctbench.selftest.SelfTestReport;
import org.ldctbench.selftest.SimulatedRuns;
import org.ldctbench.simulate.SimulatedDataset;
import org.ldctbench.train.DataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ldctbench selftest}: whether an engine computes right on this machine. */
@Command(
    name = "selftest",
    mixinStandardHelpOptions = true,
    description = {
      "Check an engine on this machine: against a float64 reference, cuDNN and the CPU engine, for"
          + " equal bits, for errors that it must report, and in short trainings.",
      "Checks that do not apply say SKIPPED and why. The exit code is " + "5 if a check failed."
    },
    footer = {
      "",
      "Examples:",
      "  ldctbench selftest --engine cpu --quick",
      "  ldctbench selftest --engine cuda --json"
    })
public final class SelfTestCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--engine", required = true, description = "cpu or cuda.")
  private String engine;

  @Option(
      names = "--device",
      defaultValue = "0",
      description = "CUDA device (default: ${DEFAULT-VALUE}).")
  private int device;

  @Option(names = "--threads", defaultValue = "0", description = "CPU threads; 0 = one a core.")
  private int threads;

  @Option(names = "--quick", description = "Smaller cases, for a first look.")
  private boolean quick;

  @Option(
      names = "--precision",
      split = ",",
      description = "Only these of fp32, tf32, bf16x3, bf16; several with commas.")
  private Set<Precision> precisions = EnumSet.allOf(Precision.class);

  @Option(names = "--kernels", description = "Only these: tuned or cudnn.")
  private Set<Kernels> kernels = EnumSet.allOf(Kernels.class);

  @Option(names = "--json", description = "One JSON object a line instead of the table.")
  private boolean json;

  @Option(names = "--bits", hidden = true)
  private boolean bits;

  @Mixin private TableFile table;

  @Mixin private OutputOptions output;

  private final List<Row> rows = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (!engine.equals("cpu") && !engine.equals("cuda")) {
      throw new UserException(ExitCode.USAGE, "--engine must be cpu or cuda for a self-test");
    }
    PrintWriter out = spec.commandLine().getOut();
    SelfTest.Engines engines =
        (name, kernels) -> Engines.open(name, threads, device, kernels, line -> {});
    SelfTest.Choice choice = new SelfTest.Choice(precisions, kernels);
    try (Scratch scratch = new Scratch()) {
      if (bits) {
        out.println(
            JSON.writeValueAsString(SelfTest.bits(engine, choice, scratch.folder(), engines)));
        out.flush();
        return ExitCode.OK.code();
      }
      new SelfTest(engine, quick, choice, engines, this::child, this::tell)
          .run(scratch.folder(), simulated());
      if (!json) {
        out.print(SelfTestReport.markdown(rows));
        out.flush();
      }
      return (SelfTestReport.failed(rows) ? ExitCode.ENGINE : ExitCode.OK).code();
    } catch (EngineException e) {
      throw new UserException(ExitCode.ENGINE, e.getMessage(), e);
    } catch (IOException e) {
      throw new UserException(ExitCode.OUTPUT, "the self-test's files: " + e, e);
    }
  }

  private SimulatedRuns simulated() {
    Map<String, String> environment = System.getenv();
    DataSource source =
        DataSource.of(
            SimulatedDataset.NAME, Optional.empty(), environment, output.progress(), line -> {});
    return new SimulatedRuns(source, environment);
  }

  /** At once, in the table's file as well: a test that is interrupted has told what it knows. */
  private void tell(Row row) {
    rows.add(row);
    table.write(SelfTestReport.markdown(rows));
    if (json) {
      try {
        spec.commandLine().getOut().println(JSON.writeValueAsString(row));
        spec.commandLine().getOut().flush();
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    } else if (!output.quiet) {
      spec.commandLine().getErr().println(row.result() + "  " + row.check());
    }
  }

  /** This program once more, for {@code --bits}. */
  private Map<String, String> child(Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Djava.library.path=" + System.getProperty("java.library.path"),
            "-Dorg.bytedeco.javacpp.pathsFirst=true",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "selftest",
            "--bits",
            "--engine=" + engine,
            "--device=" + device,
            "--threads=" + threads,
            "--precision=" + listed(precisions, Precision::label));
    kernels.forEach(one -> builder.command().add("--kernels=" + one.label()));
    builder.environment().putAll(environment);
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException("the second process ended with " + code);
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return JSON.readValue(answer, new TypeReference<>() {});
  }

  private static <T> String listed(Set<T> values, Function<T, String> label) {
    return values.stream().map(label).collect(Collectors.joining(","));
  }

  /** A temporary folder. */
  private record Scratch(Path folder) implements AutoCloseable {
    Scratch() throws IOException {
      this(Files.createTempDirectory("ldctbench-selftest"));
    }

    @Override
    public void close() throws IOException {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
