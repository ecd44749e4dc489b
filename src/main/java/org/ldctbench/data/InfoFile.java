package org.ldctbench.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.config.YamlFile;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * Which patients make up a data set, and the statistics of its low-dose training pixels, as in the
 * original's {@code info.yml}. Stored units (HU + 1024).
 */
public record InfoFile(
    double mean,
    double std,
    double min,
    double max,
    boolean robust,
    List<Patient> train,
    List<Patient> val,
    List<Patient> test) {
  private static final int MAX_SLICES = 100_000;
  private static final Set<String> KEYS =
      Set.of("mean", "std", "min", "max", "robust", "train_set", "val_set", "test_set");

  public InfoFile {
    train = List.copyOf(train);
    val = List.copyOf(val);
    test = List.copyOf(test);
  }

  public List<Patient> patients(Split split) {
    return switch (split) {
      case TRAIN -> train;
      case VAL -> val;
      case TEST -> test;
    };
  }

  /** The split that ldct-benchmark published, with its statistics. */
  public static InfoFile published() {
    return PublishedSplit.read();
  }

  /**
   * Reads an {@code info.yml}.
   *
   * @throws UserException with code CONFIG naming line and key
   */
  public static InfoFile read(Path file) {
    YamlFile yaml = YamlFile.read(file);
    yaml.requireKnown(KEYS);
    Object robust = yaml.values().get("robust");
    InfoFile info =
        new InfoFile(
            number(yaml, "mean"),
            number(yaml, "std"),
            number(yaml, "min"),
            number(yaml, "max"),
            Boolean.TRUE.equals(robust),
            patients(yaml, "train_set"),
            patients(yaml, "val_set"),
            patients(yaml, "test_set"));
    if (!(info.std > 0) || !(info.max > info.min)) {
      throw bad(yaml, "std", "std must be positive and max larger than min");
    }
    return info;
  }

  /** Writes the original's format: sorted keys, block style. */
  public void write(Path file) throws IOException {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    Map<String, Object> root = new TreeMap<>();
    root.put("mean", mean);
    root.put("std", std);
    root.put("min", min);
    root.put("max", max);
    root.put("robust", robust);
    root.put("train_set", maps(train));
    root.put("val_set", maps(val));
    root.put("test_set", maps(test));
    AtomicFile.writeString(file, new Yaml(options).dump(root));
  }

  private static List<Map<String, Object>> maps(List<Patient> patients) {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (Patient patient : patients) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("id", patient.id());
      map.put("input", patient.input());
      map.put("n_slices", patient.slices());
      map.put("target", patient.target());
      maps.add(map);
    }
    return maps;
  }

  private static double number(YamlFile yaml, String key) {
    if (yaml.values().get(key) instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw bad(yaml, key, "'" + key + "' must be a number");
  }

  private static List<Patient> patients(YamlFile yaml, String key) {
    if (!(yaml.values().get(key) instanceof List<?> list)) {
      throw bad(
          yaml,
          key,
          "'" + key + "' must be a list of patients with id, input, target and n_slices");
    }
    List<Patient> patients = new ArrayList<>();
    for (Object item : list) {
      if (!(item instanceof Map<?, ?> map)
          || !(map.get("id") instanceof String id)
          || !(map.get("input") instanceof String input)
          || !(map.get("target") instanceof String target)
          || !(map.get("n_slices") instanceof Integer slices)
          || slices < 1
          || slices > MAX_SLICES) {
        throw bad(
            yaml,
            key,
            "entry "
                + (patients.size() + 1)
                + " of '"
                + key
                + "' needs id, input, target (text) and n_slices (1 to "
                + MAX_SLICES
                + ")");
      }
      patients.add(new Patient(id, input, target, slices));
    }
    return patients;
  }

  private static UserException bad(YamlFile yaml, String key, String message) {
    return new UserException(ExitCode.CONFIG, yaml.where(key) + ": " + message);
  }
}
