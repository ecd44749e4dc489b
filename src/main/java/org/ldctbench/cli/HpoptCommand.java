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
import org.ldctbench.launch.OnlineSweep;
import org.ldctbench.sweep.Guests;
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
import org.ldctbench.wandb.settings.WandbSettings;
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
      "  ldctbench-hpopt --resume a1b2c3d4",
      "  ldctbench-hpopt --config configs/cnn10-hpopt.yaml --n_runs 40 --parallel 8 --engine cuda",
      "",
      "With a W&B key at hand the sweep is shown there while it goes on; WANDB_MODE=offline keeps it",
      "here, and 'ldctbench wandb sync' sends it later."
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
      names = "--parallel",
      paramLabel = "RUNS",
      defaultValue = "1",
      description =
          "Runs at once. On one GPU they share the data set, on the CPU its cores unless --threads"
              + " is given. Default: 1.")
  int parallel;

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

  @Option(
      names = "--search",
      paramLabel = "WHO",
      defaultValue = "local",
      description =
          "Who suggests: local (this program; W&B shows the sweep) or wandb (the server; needs a"
              + " key). Default: local.")
  String search;

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
  private final Map<String, String> environment;
  private final Path root;
  private WandbSettings settings;
  private Optional<OnlineSweep> online = Optional.empty();

  HpoptCommand() {
    this(SweepPrograms::open, System.getenv());
  }

  HpoptCommand(ProgramFactory programs, Map<String, String> environment) {
    this.programs = programs;
    this.environment = environment;
    this.root = SweepFolder.root(environment);
  }

  @Override
  public Integer call() throws IOException {
    check();
    settings = WandbSettings.load(environment);
    Map<String, Object> fixed = new LinkedHashMap<>();
    assignments.forEach(assignment -> assign(assignment, fixed));
    if (search.equals("wandb")) {
      return new ServerSearch(settings, environment, json)
          .run(config, fixed, overrides(), runs == null ? 0 : runs);
    }
    SweepFolder folder = resume == null ? create(fixed) : SweepFolder.find(root, resume);
    if (resume != null) {
      online = OnlineSweep.resume(settings, folder, System.err::println);
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

  private SweepFolder create(Map<String, Object> fixed) throws IOException {
    SweepConfig sweep = SweepConfig.read(config, fixed); // Nothing is left behind if it is wrong.
    WandbSettings.checkedProject(sweep.project());
    if (!sweep.keepsRunsOffline()) {
      online = OnlineSweep.create(settings, config, fixed, System.err::println);
    }
    String id = online.map(OnlineSweep::id).orElseGet(SweepFolder::newId);
    SweepFolder folder = SweepFolder.create(root, id, config);
    if (online.isPresent()) {
      online.get().remember(folder);
    }
    return folder;
  }

  private void check() {
    if (!search.equals("local") && !search.equals("wandb")) {
      throw new UserException(
          ExitCode.USAGE, "--search " + search + ": who suggests is local or wandb");
    }
    if (resume != null && search.equals("wandb")) {
      throw new UserException(
          ExitCode.USAGE, "a sweep of the server goes on with: ldctbench agent " + resume);
    }
    if ((config == null) == (resume == null)) {
      throw new UserException(
          ExitCode.USAGE, "give either --config FILE for a new sweep or --resume SWEEP");
    }
    if (runs != null && runs < 1) {
      throw new UserException(ExitCode.USAGE, "--n_runs must be at least 1, not " + runs);
    }
    if (parallel < 1) {
      throw new UserException(ExitCode.USAGE, "--parallel must be at least 1, not " + parallel);
    }
    if (parallel > 1 && search.equals("wandb")) {
      throw new UserException(
          ExitCode.USAGE,
          "--parallel is for --search local; let more take part in a sweep of the server with:"
              + " ldctbench agent SWEEP");
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
    online.ifPresent(there -> human.println("Sweep URL: " + there.url()));
    human.println(
        "Starting hyperparameter optimization with "
            + wanted.map(String::valueOf).orElse("unlimited")
            + " runs. Sweep ID: "
            + state.id());
    SweepTable table =
        new SweepTable(System.err, TerminalProgress.isTerminal() && !output.quiet, sweep, state);
    online.ifPresent(OnlineSweep::begin);
    Map<String, String> ofRuns =
        OnlineSweep.environment(environment, settings, online, state.id(), sweep.project());
    try (Program program = programs.open(sweep, overrides(), ofRuns, output.progress(), parallel)) {
      SweepRunner runner =
          new SweepRunner(
              sweep, journal, Searcher.of(sweep, state.seed()), program, table, parallel);
      try (StopOnSignal stop = new StopOnSignal(runner::interrupt);
          Guests guests = guests(runner, sweep)) {
        SweepRunner.End end =
            stop.requested() ? SweepRunner.End.INTERRUPTED : runner.run(wanted, guests);
        program.settle();
        return report(end, sweep, state, folder);
      } catch (UserException e) {
        if (e.code() == ExitCode.DEVICE_LOST) {
          System.err.println("Go on with: " + goOn(state));
        }
        throw e;
      }
    }
  }

  private String goOn(SweepState state) {
    return "ldctbench-hpopt --resume "
        + state.id()
        + (parallel > 1 ? " --parallel " + parallel : "");
  }

  private Guests guests(SweepRunner runner, SweepConfig sweep) {
    return online
        .map(there -> there.guests(runner.guestRuns(), sweep.metric()))
        .orElse(Guests.NONE);
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
      online.ifPresent(OnlineSweep::pause);
      System.err.println("Interrupted. Go on with: " + goOn(state));
      return ExitCode.INTERRUPTED.code();
    }
    online.ifPresent(there -> there.finish(folder));
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
