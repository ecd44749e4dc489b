package org.ldctbench.sweep;

import java.nio.file.Path;
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

  /** What a check of a configuration file found. */
  public record Verdict(Optional<SweepConfig> config, List<String> warnings, List<String> errors) {
    public boolean valid() {
      return errors.isEmpty();
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

  /** Judges a configuration as W&B does; never throws for what is in it. */
  public static Verdict check(YamlFile file) {
    return check(file, Map.of());
  }

  static Verdict check(YamlFile file, Map<String, Object> fixed) {
    return new SweepConfigReader(file, new LinkedHashMap<>(fixed)).read();
  }
}
