package org.ldctbench.launch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ldctbench.config.YamlFile;
import org.ldctbench.sweep.Journal;
import org.ldctbench.sweep.SweepConfig;
import org.ldctbench.sweep.SweepFolder;
import org.ldctbench.wandb.api.SweepDraft;
import org.ldctbench.wandb.settings.WandbSettings;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** What the server is told of a sweep: its configuration as W&B's own client writes it. */
public final class SweepDrafts {
  private SweepDrafts() {}

  /** The sweep of a folder, with the parameters that its journal fixes. */
  public static SweepDraft of(SweepFolder folder, WandbSettings settings) {
    boolean begun = Files.isRegularFile(folder.path().resolve(Journal.FILE));
    Map<String, Object> fixed = Map.of();
    if (begun && Journal.read(folder.path()).created()) {
      fixed = Journal.read(folder.path()).fixed();
    }
    return of(folder.config(), fixed, folder.id(), settings, true);
  }

  /**
   * @param fixed value by name of the parameters that are fixed
   * @param mark by which the sweep is found again
   * @param local whether this program and not the server chooses the parameters
   */
  public static SweepDraft of(
      Path config, Map<String, Object> fixed, String mark, WandbSettings settings, boolean local) {
    Map<String, Object> tree = SweepConfig.normalised(YamlFile.read(config), fixed);
    tree.remove("controller");
    if (local) {
      tree.put("controller", Map.of("type", "local"));
    }
    if (tree.get("parameters") instanceof Map<?, ?> parameters) {
      tree.put("parameters", withDistributions(parameters));
    }
    return new SweepDraft(
        text(tree, "entity", settings.entity()),
        text(tree, "project", settings.project()),
        text(tree, "name", ""),
        text(tree, "description", ""),
        yaml(tree),
        mark);
  }

  private static Map<String, Object> withDistributions(Map<?, ?> parameters) {
    Map<String, Object> complete = new LinkedHashMap<>();
    parameters.forEach(
        (name, given) ->
            complete.put(
                String.valueOf(name),
                given instanceof Map<?, ?> parameter ? withDistribution(parameter) : given));
    return complete;
  }

  /** Names the distribution that follows from the other keys. */
  private static Map<String, Object> withDistribution(Map<?, ?> given) {
    Map<String, Object> parameter = new LinkedHashMap<>();
    given.forEach((key, value) -> parameter.put(String.valueOf(key), value));
    if (parameter.get("parameters") instanceof Map<?, ?> inner) {
      parameter.put("parameters", withDistributions(inner));
    } else if (parameter.containsKey("value")) {
      parameter.putIfAbsent("distribution", "constant");
    } else if (parameter.containsKey("values")) {
      boolean weighted = parameter.containsKey("probabilities");
      parameter.putIfAbsent(
          "distribution", weighted ? "categorical_w_probabilities" : "categorical");
    } else if (parameter.containsKey("min") && parameter.containsKey("max")) {
      boolean integers = isInteger(parameter.get("min")) && isInteger(parameter.get("max"));
      parameter.putIfAbsent("distribution", integers ? "int_uniform" : "uniform");
    }
    return parameter;
  }

  private static boolean isInteger(Object value) {
    return value instanceof Number && !(value instanceof Double);
  }

  private static String text(Map<String, Object> tree, String key, String otherwise) {
    Object value = tree.get(key);
    return value == null || value instanceof Map || value instanceof List
        ? otherwise
        : String.valueOf(value);
  }

  private static String yaml(Map<String, Object> tree) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setAllowUnicode(true);
    options.setWidth(Integer.MAX_VALUE);
    return new Yaml(options).dump(sorted(tree));
  }

  private static Object sorted(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new TreeMap<>();
      map.forEach((key, inner) -> copy.put(String.valueOf(key), sorted(inner)));
      return copy;
    }
    return value instanceof List<?> list ? list.stream().map(SweepDrafts::sorted).toList() : value;
  }
}
