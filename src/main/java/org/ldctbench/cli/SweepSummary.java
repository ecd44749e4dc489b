package org.ldctbench.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.sweep.Metric;
import org.ldctbench.sweep.Parameter;
import org.ldctbench.sweep.ParameterSpace;
import org.ldctbench.sweep.RunOutcome;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepRun;
import org.ldctbench.sweep.SweepState;

/** What a finished sweep says: the original's summary and what follows from it. */
final class SweepSummary {
  private static final List<String> METRICS = List.of("SSIM", "PSNR", "RMSE");

  private final SweepConfig config;
  private final SweepState state;
  private final Optional<SweepRun> best;

  SweepSummary(SweepConfig config, SweepState state) {
    this.config = config;
    this.state = state;
    this.best = config.metric().flatMap(state::best);
  }

  Optional<SweepRun> best() {
    return best;
  }

  /**
   * @param colour whether to write terminal escapes
   */
  void print(PrintStream out, boolean colour) {
    String bold = colour ? "\u001b[1m" : "";
    String green = colour ? "\u001b[92m" : "";
    String reset = colour ? "\u001b[0m" : "";
    out.println(
        bold
            + "Summary of hyperparameter optimization with sweep ID "
            + green
            + state.id()
            + reset);
    out.println("   Number of runs: " + state.runs().size());
    if (best.isEmpty()) {
      out.println("   Best run: none finished with a value of the metric");
      return;
    }
    SweepRun run = best.get();
    RunOutcome outcome = run.outcome().orElseThrow();
    Metric metric = config.metric().orElseThrow();
    String name = outcome.name().isEmpty() ? run.id() : outcome.name();
    out.println("   Best run: " + green + name + reset);
    values(outcome.best(), metric)
        .forEach((key, value) -> out.printf(Locale.ROOT, "   %s: %.3f%n", key, value));
    out.println();
    out.println(
        "   Ranked by: "
            + (metric.maximize() ? "largest " : "smallest ")
            + metric.name()
            + " at any epoch (the original ranks by the last one)");
    if (!outcome.baseline().isEmpty()) {
      List<String> parts = new ArrayList<>();
      values(outcome.baseline(), metric)
          .forEach((key, value) -> parts.add(String.format(Locale.ROOT, "%s %.3f", key, value)));
      out.println("   Low-dose input: " + String.join(", ", parts));
    }
    out.println("   Best parameters:");
    for (Parameter parameter : config.space().varying()) {
      Object value = ParameterSpace.value(run.parameters(), parameter);
      out.println("      " + parameter.name() + ": " + value);
    }
    run.folder().ifPresent(folder -> out.println("   Folder: " + folder));
    evaluation().ifPresent(command -> out.println("   Evaluate with: " + command));
  }

  /** Those of the original first, then the sweep's own. */
  private static Map<String, Double> values(Map<String, Double> all, Metric metric) {
    Map<String, Double> chosen = new LinkedHashMap<>();
    for (String key : METRICS) {
      if (all.containsKey(key)) {
        chosen.put(key, all.get(key));
      }
    }
    if (all.containsKey(metric.name())) {
      chosen.putIfAbsent(metric.name(), all.get(metric.name()));
    }
    return chosen;
  }

  /** The command that evaluates the best run on the test split. */
  Optional<String> evaluation() {
    if (!config.program().endsWith("ldctbench-train")) {
      return Optional.empty();
    }
    return best.flatMap(SweepRun::folder)
        .map(
            folder -> {
              String command =
                  "ldctbench-test --methods "
                      + runFolder(folder).getFileName()
                      + " --metrics SSIM PSNR RMSE --print_table";
              Object data = best.get().parameters().get("datafolder");
              return data == null ? command : command + " --datafolder " + shell(data.toString());
            });
  }

  /** The run's own folder, should the program have named its {@code files} inside. */
  private static Path runFolder(Path folder) {
    return folder.getFileName().toString().equals("files") ? folder.getParent() : folder;
  }

  private static String shell(String word) {
    return word.matches("[A-Za-z0-9_./:@%+,=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** Everything, for machines. */
  Map<String, Object> json(String end, Path folder) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("sweep", state.id());
    all.put("folder", folder.toString());
    all.put("seed", state.seed());
    all.put("end", end);
    config
        .metric()
        .ifPresent(
            metric ->
                all.put(
                    "metric",
                    Map.of(
                        "name",
                        metric.name(),
                        "goal",
                        metric.maximize() ? "maximize" : "minimize")));
    all.put("warnings", config.warnings());
    all.put("best", best.map(this::json).orElse(null));
    all.put("evaluate", evaluation().orElse(null));
    all.put("runs", state.runs().stream().map(this::json).toList());
    return all;
  }

  private Map<String, Object> json(SweepRun run) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("run", run.id());
    json.put("number", run.number());
    json.put("state", run.state().label());
    json.put("parameters", run.parameters());
    json.put("folder", run.folder().map(Path::toString).orElse(null));
    run.outcome()
        .ifPresent(
            outcome -> {
              json.put("name", outcome.name());
              json.put("summary", outcome.summary());
              json.put("best", outcome.best());
              json.put("low_dose", outcome.baseline());
              json.put("seconds", outcome.seconds());
              json.put("failure", outcome.failure());
            });
    return json;
  }
}
