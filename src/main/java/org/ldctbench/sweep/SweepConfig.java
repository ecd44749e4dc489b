package org.ldctbench.sweep;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;

/**
 * A sweep configuration in W&B's format.
 *
 * @param name of the sweep, or empty
 * @param program what a run executes
 * @param command words of the command line, W&B's macros included
 * @param runCap most runs of the sweep, 0 if unlimited
 * @param warnings one line each, for the user
 */
public record SweepConfig(
    String name,
    String description,
    String project,
    String program,
    List<String> command,
    Method method,
    Optional<Metric> metric,
    ParameterSpace space,
    long runCap,
    Optional<Hyperband> earlyTerminate,
    List<String> warnings) {

  /** How the next parameters are chosen. */
  public enum Method {
    GRID,
    RANDOM,
    BAYES
  }

  /** Whether the sweep itself says that its runs are not to be sent to W&B. */
  public boolean keepsRunsOffline() {
    return space.all().stream()
        .anyMatch(
            one -> one.name().equals("dryrun") && new Constant(true).equals(one.distribution()));
  }

  /** What a check of a configuration file found. */
  public record Verdict(Optional<SweepConfig> config, List<String> warnings, List<String> errors) {
    public boolean valid() {
      return errors.isEmpty();
    }

    /** Of a file that is no YAML mapping. */
    public static Verdict unreadable(String problem) {
      return new Verdict(Optional.empty(), List.of(), List.of(problem));
    }
  }

  /**
   * Reads a configuration.
   *
   * @throws UserException with code CONFIG and all errors in one line
   */
  public static SweepConfig read(Path file) {
    return read(file, Map.of());
  }

  /**
   * Reads a configuration in which some parameters are replaced by fixed values.
   *
   * @param fixed value by parameter name
   */
  public static SweepConfig read(Path file, Map<String, Object> fixed) {
    Verdict verdict = check(YamlFile.read(file), fixed);
    return verdict
        .config()
        .orElseThrow(() -> new UserException(ExitCode.CONFIG, String.join("; ", verdict.errors())));
  }

  /**
   * The tree of a configuration with all parameters below {@code parameters}, wherever they stood.
   *
   * @param fixed value by name of the parameters that are fixed
   */
  public static Map<String, Object> normalised(YamlFile file, Map<String, Object> fixed) {
    return new SweepConfigReader(file, new LinkedHashMap<>(fixed)).normalised();
  }

  /** Judges a configuration as W&B does; never throws for what is in it. */
  public static Verdict check(YamlFile file) {
    return check(file, Map.of());
  }

  static Verdict check(YamlFile file, Map<String, Object> fixed) {
    return new SweepConfigReader(file, new LinkedHashMap<>(fixed)).read();
  }

  /**
   * The quantile function of one parameter.
   *
   * @param parameter as in a sweep file
   * @param u numbers in [0, 1]
   * @return {@code {"values": [...]}} or {@code {"error": text}}
   */
  public static Map<String, Object> quantiles(Map<?, ?> parameter, List<?> u) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("method", "random");
    values.put("parameters", Map.of("parameter", parameter));
    Verdict verdict = check(YamlFile.of(Path.of("parameter"), values), Map.of());
    if (!verdict.valid()) {
      return Map.of("error", String.join("; ", verdict.errors()));
    }
    List<Parameter> read = verdict.config().orElseThrow().space().all();
    if (read.size() != 1 || read.get(0).path().size() > 1) {
      return Map.of("error", "a nested parameter has no quantile function of its own");
    }
    Distribution distribution = read.get(0).distribution();
    for (Object at : u) {
      if (!(Values.number(at) >= 0 && Values.number(at) <= 1)) {
        return Map.of("error", "'u' must hold numbers from 0 to 1, not " + at);
      }
    }
    List<Object> answers = new ArrayList<>();
    u.forEach(at -> answers.add(distribution.quantile(Values.number(at))));
    return Map.of("values", answers);
  }
}
