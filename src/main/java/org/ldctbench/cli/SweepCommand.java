package org.ldctbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.ldctbench.sweep.Explanation;
import org.ldctbench.sweep.Hyperband;
import org.ldctbench.sweep.HyperbandQuery;
import org.ldctbench.sweep.Journal;
import org.ldctbench.sweep.SearchHistory;
import org.ldctbench.sweep.Searcher;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.sweep.SweepState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ldctbench sweep}: looks at sweeps and makes the rules of their files checkable. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description = "Checks sweep files and shows sweeps.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SweepCommand.Check.class,
      SweepCommand.Ppf.class,
      SweepCommand.Grid.class,
      SweepCommand.Bands.class,
      SweepCommand.Show.class
    },
    footer = {
      "%nExamples:",
      "  ldctbench sweep check configs/cnn10-hpopt.yaml",
      "  ldctbench sweep show a1b2c3d4"
    })
public final class SweepCommand {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_GRID_RUNS = 1_000_000;

  private static void printJson(Object value) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(JSON.writeValueAsString(value));
  }

  /** Non-empty lines of a file, or of standard input for "-". */
  private static List<String> lines(String file) throws IOException {
    List<String> all;
    if (file.equals("-")) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      all = in.lines().toList();
    } else if (Files.isRegularFile(Path.of(file))) {
      all = Files.readAllLines(Path.of(file));
    } else {
      throw new UserException(ExitCode.CONFIG, file + ": no such file; - reads standard input");
    }
    return all.stream().filter(line -> !line.isBlank()).toList();
  }

  private static Map<String, Object> object(String line) {
    try {
      return JSON.readValue(line, new TypeReference<>() {});
    } catch (JsonProcessingException e) {
      throw new UserException(
          ExitCode.CONFIG, "not a JSON object: " + e.getOriginalMessage() + ": " + line, e);
    }
  }

  /** Judges a file. */
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Validates a sweep file by W&B's rules.")
  static final class Check implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "Sweep file.")
    Path file;

    @Option(names = "--json", description = "Print {\"valid\", \"warnings\", \"errors\"}.")
    boolean json;

    @Mixin OutputOptions output;

    @Override
    public Integer call() throws IOException {
      SweepConfig.Verdict verdict;
      try {
        verdict = SweepConfig.check(YamlFile.read(file));
      } catch (UserException e) {
        verdict = SweepConfig.Verdict.unreadable(e.getMessage());
      }
      if (json) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("valid", verdict.valid());
        answer.put("warnings", verdict.warnings());
        answer.put("errors", verdict.errors());
        printJson(answer);
      } else {
        verdict.errors().forEach(text -> System.out.println("error: " + text));
        verdict.warnings().forEach(text -> System.out.println("warning: " + text));
        System.out.println(file + (verdict.valid() ? ": valid" : ": not valid"));
      }
      return verdict.valid() ? ExitCode.OK.code() : ExitCode.CONFIG.code();
    }
  }

  /** Quantile functions. */
  @Command(
      name = "ppf",
      mixinStandardHelpOptions = true,
      description =
          "Quantile functions: each line {\"parameter\": {...}, \"u\": [...]} is answered by"
              + " {\"values\": [...]}, or {\"error\": text}.")
  static final class Ppf implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "JSON lines; - reads standard input.")
    String file;

    @Option(names = "--json", description = "JSON lines; the only form there is.")
    boolean json;

    @Mixin OutputOptions output;

    @Override
    public Integer call() throws IOException {
      for (String line : lines(file)) {
        Map<String, Object> question = object(line);
        if (!(question.get("parameter") instanceof Map<?, ?> parameter)
            || !(question.get("u") instanceof List<?> u)) {
          throw new UserException(
              ExitCode.CONFIG, "needs \"parameter\" (object) and \"u\" (array): " + line);
        }
        printJson(SweepConfig.quantiles(parameter, u));
      }
      return ExitCode.OK.code();
    }
  }

  /** The runs of a grid. */
  @Command(
      name = "grid",
      mixinStandardHelpOptions = true,
      description = "Lists the runs of a grid sweep in their order.")
  static final class Grid implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "Sweep file with method grid.")
    Path file;

    @Option(names = "--json", description = "Print one JSON array.")
    boolean json;

    @Mixin OutputOptions output;

    @Override
    public Integer call() throws IOException {
      SweepConfig sweep = SweepConfig.read(file);
      if (sweep.method() != SweepConfig.Method.GRID) {
        throw new UserException(ExitCode.CONFIG, file + ": 'method' must be grid to list its runs");
      }
      List<Map<String, Object>> runs =
          Searcher.of(sweep, 0)
              .suggest(new SearchHistory(List.of()), Math.toIntExact(MOST_GRID_RUNS));
      if (json) {
        printJson(runs);
      } else {
        for (Map<String, Object> run : runs) {
          printJson(run);
        }
      }
      return ExitCode.OK.code();
    }
  }

  /** Early termination. */
  @Command(
      name = "hyperband",
      mixinStandardHelpOptions = true,
      description = {
        "Which running runs early termination stops. Reads runs from standard input or --runs:",
        "JSON lines {\"id\": .., \"state\": \"running\", \"history\": [..]}, or one array of them;",
        "answers {\"bands\": [...], \"stop\": [ids]}."
      })
  static final class Bands implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "Sweep file with early_terminate.")
    Path file;

    @Option(names = "--runs", defaultValue = "-", description = "File of runs. Default: stdin.")
    String runs;

    @Option(names = "--json", description = "JSON; the only form there is.")
    boolean json;

    @Mixin OutputOptions output;

    @Override
    public Integer call() throws IOException {
      SweepConfig sweep = SweepConfig.read(file);
      Hyperband hyperband =
          sweep
              .earlyTerminate()
              .orElseThrow(
                  () ->
                      new UserException(
                          ExitCode.CONFIG, file + ": has no 'early_terminate' to apply"));
      HyperbandQuery query = new HyperbandQuery(hyperband, sweep.metric().orElseThrow());
      String text = String.join("\n", lines(runs));
      List<Object> given = new ArrayList<>();
      if (text.startsWith("[")) {
        given.addAll(JSON.readValue(text, new TypeReference<List<Object>>() {}));
      } else {
        text.lines().map(SweepCommand::object).forEach(given::add);
      }
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("bands", hyperband.bands());
      answer.put("stop", query.stopped(given));
      printJson(answer);
      return ExitCode.OK.code();
    }
  }

  /** A sweep and what its model has learned. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Table of runs, importance of the parameters, and what the model expects.")
  static final class Show implements Callable<Integer> {
    @Parameters(paramLabel = "SWEEP", description = "Id or folder of a sweep.")
    String sweep;

    @Option(names = "--json", description = "Print one JSON object.")
    boolean json;

    @Mixin OutputOptions output;

    @Override
    public Integer call() throws IOException {
      SweepFolder folder = SweepFolder.find(SweepFolder.root(System.getenv()), sweep);
      SweepState state = Journal.read(folder.path());
      if (!state.created()) {
        throw new UserException(ExitCode.CONFIG, folder.path() + ": the sweep holds nothing yet");
      }
      SweepConfig config = SweepConfig.read(folder.config(), state.fixed());
      var explanation = Explanation.of(config, state);
      if (json) {
        Map<String, Object> all = new SweepSummary(config, state).json(null, folder.path());
        all.put("model", explanation.orElse(null));
        printJson(all);
        return ExitCode.OK.code();
      }
      new SweepTable(System.err, false, config, state).lines().forEach(System.out::println);
      System.out.println();
      if (explanation.isEmpty()) {
        System.out.println("No model yet: it needs method bayes and two runs with a result.");
      } else {
        print(explanation.get(), config.metric().orElseThrow().name());
      }
      return ExitCode.OK.code();
    }

    private static void print(Explanation model, String metric) {
      System.out.println("Parameter importance (share of the model's variation; length scale):");
      model
          .parameters()
          .forEach(
              p ->
                  System.out.printf(
                      Locale.ROOT,
                      "   %-20s %5.1f %%   %.3g%n",
                      p.name(),
                      100 * p.importance(),
                      p.lengthScale()));
      System.out.printf(
          Locale.ROOT,
          "Best %s that the model expects among the runs: %.5g +- %.2g%n",
          metric,
          model.bestPrediction(),
          model.bestDeviation());
      System.out.println("   at " + model.bestParameters());
      System.out.printf(
          Locale.ROOT, "Expected improvement of one more run: %.3g%n", model.expectedImprovement());
      System.out.println("   at " + model.nextParameters());
    }
  }
}
