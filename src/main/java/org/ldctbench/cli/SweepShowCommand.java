package org.ldctbench.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.sweep.Explanation;
import org.ldctbench.sweep.Journal;
import org.ldctbench.sweep.ParameterSpace;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.sweep.SweepState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ldctbench sweep show}: a sweep and what its model has learned. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "Table of runs, importance of the parameters, and what the model expects.",
      "With --json: one object."
    })
final class SweepShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SWEEP", description = "Id or folder of a sweep.")
  String sweep;

  @Mixin JsonOutput form;

  @Override
  public Integer call() throws IOException {
    SweepFolder folder = SweepFolder.find(SweepFolder.root(System.getenv()), sweep);
    SweepState state = Journal.read(folder.path());
    if (!state.created()) {
      throw new UserException(ExitCode.CONFIG, folder.path() + ": the sweep holds nothing yet");
    }
    SweepConfig config = SweepConfig.read(folder.config(), state.fixed());
    Optional<Explanation> explanation = Explanation.of(config, state);
    if (form.json) {
      Map<String, Object> all = new SweepSummary(config, state).json(null, folder.path());
      all.put("model", explanation.orElse(null));
      JsonOutput.print(all);
      return ExitCode.OK.code();
    }
    new SweepTable(System.err, false, config, state).lines().forEach(System.out::println);
    System.out.println();
    if (explanation.isEmpty()) {
      System.out.println("No model yet: it needs method bayes and two runs with a result.");
    } else {
      print(explanation.get(), config);
    }
    return ExitCode.OK.code();
  }

  private static void print(Explanation model, SweepConfig config) {
    System.out.println("Parameter importance (share of the model's variation; length scale):");
    for (Explanation.Relevance p : model.parameters()) {
      System.out.printf(
          Locale.ROOT,
          "   %-20s %5.1f %%   %.3g%n",
          p.name(),
          100 * p.importance(),
          p.lengthScale());
    }
    System.out.printf(
        Locale.ROOT,
        "Best %s that the model expects among the runs: %.5g +- %.2g, run %d%n",
        config.metric().orElseThrow().name(),
        model.bestPrediction(),
        model.bestDeviation(),
        model.bestRun());
    System.out.println("   at " + varying(config, model.bestParameters()));
    System.out.printf(
        Locale.ROOT, "Expected improvement of one more run: %.3g%n", model.expectedImprovement());
    System.out.println("   at " + varying(config, model.nextParameters()));
  }

  /** Constants are the same for all runs; --json has them too. */
  private static String varying(SweepConfig config, Map<String, Object> parameters) {
    return config.space().varying().stream()
        .map(p -> p.name() + " " + SweepTable.text(ParameterSpace.value(parameters, p)))
        .collect(Collectors.joining(", "));
  }
}
