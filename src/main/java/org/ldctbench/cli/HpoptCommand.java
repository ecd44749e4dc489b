package org.ldctbench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.sweep.Journal;
import org.ldctbench.sweep.JournalEvent;
import org.ldctbench.sweep.Program;
import org.ldctbench.sweep.RunState;
import org.ldctbench.sweep.Searcher;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.sweep.SweepRun;
import org.ldctbench.sweep.SweepRunner;
import org.ldctbench.sweep.SweepState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ldctbench hpopt}: a sweep in the foreground, from its configuration to the best run. */
@Command(
    name = "hpopt",
    mixinStandardHelpOptions = true,
    description = "Searches hyperparameters: executes the runs of a sweep and names the best one.",
    footer = {
      "%nExamples:",
      "  ldctbench-hpopt --config configs/cnn10-hpopt.yaml --n_runs 20 --set datafolder=/data/ldct",
      "  ldctbench-hpopt --resume a1b2c3d4"
    })
public final class HpoptCommand implements Callable<Integer> {
  @Option(names = "--config", description = "Sweep configuration in W&B's format.")
  Path config;

  @Option(
      names = "--n_runs",
      description =
          "Runs of the whole sweep, those before a --resume included. Default: until run_cap, the"
              + " end of the grid, or Ctrl-C; after --resume as first given.")
  Long runs;

  @Option(
      names = "--set",
      paramLabel = "key=value",
      description = "Fixes a parameter, such as datafolder or info; repeatable. YAML scalars.")
  List<String> assignments = new ArrayList<>();

  @Option(
      names = "--resume",
      paramLabel = "SWEEP",
      description = "Goes on with a sweep: id or folder.")
  String resume;

  @Option(
      names = "--seed",
      description = "Seed of the search. Default: 0, so that a repeated sweep is the same sweep.")
  Long seed;

  @Option(names = "--json", description = "Print one JSON object with everything at the end.")
  boolean json;

  @Option(names = "--engine", description = "auto, cpu or cuda, for every run.")
  String engine;

  @Option(names = "--precision", description = "fp32, bf16, bf16x3 or tf32, for every run.")
  String precision;

  @Option(names = "--threads", description = "CPU threads of every run.")
  Integer threads;

  @Option(names = "--device", description = "CUDA device of every run.")
  Integer device;

  @Mixin OutputOptions output;

  private final ProgramFactory programs;
  private final Path root;

  HpoptCommand() {
    this(SweepPrograms::open, SweepFolder.root(System.getenv()));
  }

  HpoptCommand(ProgramFactory programs, Path root) {
    this.programs = programs;
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    check();
    SweepFolder folder;
    Map<String, Object> fixed = new LinkedHashMap<>();
    if (resume == null) {
      assignments.forEach(assignment -> assign(assignment, fixed));
      SweepConfig.read(config, fixed); // Nothing is left behind if it is wrong.
      folder = SweepFolder.create(root, config);
    } else {
      folder = SweepFolder.find(root, resume);
    }
    try (Journal journal = Journal.open(folder.path())) {
      if (resume == null) {
        journal.append(
            new JournalEvent.SweepCreated(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                folder.id(),
                seed == null ? 0 : seed,
                runs,
                fixed));
      } else if (!journal.state().created()) {
        throw new UserException(
            ExitCode.CONFIG,
            folder.path() + ": the sweep ended before it began; start it anew with --config");
      }
      SweepConfig sweep = SweepConfig.read(folder.config(), journal.state().fixed());
      return execute(sweep, journal, folder);
    }
  }

  private void check() {
    if ((config == null) == (resume == null)) {
      throw new UserException(
          ExitCode.USAGE, "give either --config FILE for a new sweep or --resume SWEEP");
    }
    if (runs != null && runs < 1) {
      throw new UserException(ExitCode.USAGE, "--n_runs must be at least 1, not " + runs);
    }
    if (resume != null && (seed != null || !assignments.isEmpty())) {
      throw new UserException(
          ExitCode.USAGE, "--resume keeps the sweep's own seed and --set; leave them out");
    }
  }

  private static void assign(String assignment, Map<String, Object> fixed) {
    int at = assignment.indexOf('=');
    if (at < 1) {
      throw new UserException(
          ExitCode.USAGE, "--set " + assignment + ": write it as --set key=value");
    }
    fixed.put(assignment.substring(0, at), YamlFile.scalar(assignment.substring(at + 1)));
  }

  private int execute(SweepConfig sweep, Journal journal, SweepFolder folder) throws IOException {
    PrintStream human = json ? System.err : System.out;
    SweepState state = journal.state();
    sweep.warnings().forEach(warning -> System.err.println("warning: " + warning));
    Optional<Long> wanted = Optional.ofNullable(runs).or(state::wantedRuns);
    human.println((resume == null ? "Create" : "Resume") + " sweep with ID: " + state.id());
    human.println(
        "Starting hyperparameter optimization with "
            + wanted.map(String::valueOf).orElse("unlimited")
            + " runs. Sweep ID: "
            + state.id());
    SweepTable table =
        new SweepTable(System.err, TerminalProgress.isTerminal() && !output.quiet, sweep, state);
    try (Program program = programs.open(sweep, overrides(), root, output.progress())) {
      SweepRunner runner =
          new SweepRunner(sweep, journal, Searcher.of(sweep, state.seed()), program, table);
      try (StopOnSignal stop = new StopOnSignal(runner::interrupt)) {
        SweepRunner.End end = stop.requested() ? SweepRunner.End.INTERRUPTED : runner.run(wanted);
        return report(end, sweep, state, folder);
      } catch (UserException e) {
        if (e.code() == ExitCode.DEVICE_LOST) {
          System.err.println("Go on with: ldctbench-hpopt --resume " + state.id());
        }
        throw e;
      }
    }
  }

  private Map<String, Object> overrides() {
    Map<String, Object> given = new LinkedHashMap<>();
    given.put("engine", engine);
    given.put("precision", precision);
    given.put("threads", threads);
    given.put("device", device);
    given.values().removeIf(java.util.Objects::isNull);
    return given;
  }

  private int report(SweepRunner.End end, SweepConfig sweep, SweepState state, SweepFolder folder)
      throws IOException {
    SweepSummary summary = new SweepSummary(sweep, state);
    if (json) {
      System.out.println(
          new ObjectMapper().writeValueAsString(summary.json(end.text(), folder.path())));
    } else {
      summary.print(System.out, "1".equals(System.getenv("LDCTBENCH_STDOUT_TTY")));
    }
    if (end == SweepRunner.End.INTERRUPTED) {
      System.err.println("Interrupted. Go on with: ldctbench-hpopt --resume " + state.id());
      return ExitCode.INTERRUPTED.code();
    }
    return verdict(state, end);
  }

  private static int verdict(SweepState state, SweepRunner.End end) {
    List<SweepRun> all = state.runs();
    boolean success = all.stream().anyMatch(run -> run.state().succeeded());
    Optional<SweepRun> failed =
        all.stream()
            .filter(run -> run.state() == RunState.FAILED || run.state() == RunState.KILLED)
            .findFirst();
    if (!success && failed.isPresent()) {
      throw new UserException(
          ExitCode.SWEEP_FAILED,
          "no run of sweep "
              + state.id()
              + " finished ("
              + end.text()
              + "); the first failed with: "
              + failed.get().outcome().orElseThrow().failure());
    }
    return ExitCode.OK.code();
  }
}
