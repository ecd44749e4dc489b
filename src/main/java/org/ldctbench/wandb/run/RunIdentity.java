package org.ldctbench.wandb.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ldctbench.config.YamlFile;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Who a run is. Texts may be empty.
 *
 * @param folder the run's folder, which holds {@code files/} and gets {@code run-<id>.wandb}
 * @param displayName the name that people see, e.g. {@code 20260101_120000-abcd1234}
 * @param config all arguments by name: null, booleans, numbers, strings, lists, maps
 * @param program the command that was started, and its arguments
 */
public record RunIdentity(
    Path folder,
    String runId,
    String project,
    String entity,
    String displayName,
    String notes,
    String group,
    String jobType,
    List<String> tags,
    String sweepId,
    Map<String, Object> config,
    String program,
    List<String> args) {

  /**
   * Joins what the code says with the surroundings: the code's project counts only where no sweep
   * decides, and an agent's parameters win over the code's configuration.
   */
  public static RunIdentity of(
      WandbSettings settings,
      Path folder,
      String runId,
      String displayName,
      String codeProject,
      List<String> codeTags,
      Map<String, Object> codeConfig,
      String program,
      List<String> args) {
    boolean sweepDecides = !settings.sweepId().isEmpty() && !settings.project().isEmpty();
    List<String> tags = new ArrayList<>(settings.tags());
    codeTags.stream().filter(tag -> !tag.isEmpty() && !tags.contains(tag)).forEach(tags::add);
    Map<String, Object> config = new LinkedHashMap<>(codeConfig);
    settings.sweepParameters().ifPresent(file -> config.putAll(sweepParameters(file)));
    return new RunIdentity(
        folder.toAbsolutePath(),
        runId,
        WandbSettings.checkedProject(sweepDecides ? settings.project() : codeProject),
        settings.entity(),
        displayName,
        settings.notes(),
        settings.group(),
        settings.jobType(),
        List.copyOf(tags),
        settings.sweepId(),
        config,
        program,
        List.copyOf(args));
  }

  /** The parameters of a file that an agent wrote: {@code name: {value: ...}}. */
  public static Map<String, Object> sweepParameters(Path file) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    YamlFile.read(file)
        .values()
        .forEach(
            (name, entry) -> {
              if (entry instanceof Map<?, ?> map && map.containsKey("value")) {
                parameters.put(name, map.get("value"));
              }
            });
    return parameters;
  }

  /** The run's transaction log. */
  public Path logFile() {
    return folder.resolve("run-" + runId + ".wandb");
  }
}
