package org.ldctbench.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ldctbench.common.ExitCode;

/**
 * Arguments of one training run, checked and complete. What {@link #recorded} holds is what
 * args.yaml and the checkpoint hold.
 */
public final class TrainArguments {
  private final Map<String, Object> recorded;
  private final List<Integer> physicalDevices;

  private TrainArguments(Map<String, Object> recorded, List<Integer> physicalDevices) {
    this.recorded = Collections.unmodifiableMap(recorded);
    this.physicalDevices = List.copyOf(physicalDevices);
  }

  /**
   * From a YAML file: a run's configuration or the args.yaml of an earlier run.
   *
   * @throws org.ldctbench.common.UserException CONFIG, naming file, line and key
   */
  public static TrainArguments fromYaml(YamlFile file) {
    return fromYaml(file, Map.of());
  }

  /**
   * From a YAML file and options of the command line that the original lacks.
   *
   * @param ours options that the file does not have, of need OURS
   * @throws org.ldctbench.common.UserException CONFIG for the file, USAGE for an option
   */
  public static TrainArguments fromYaml(YamlFile file, Map<String, Object> ours) {
    ArgumentReader reader =
        new ArgumentReader(
            true, ExitCode.CONFIG, key -> key.isEmpty() ? file.path() + "" : file.where(key));
    Map<String, Object> values = reader.read(file.values());
    ArgumentReader options = new ArgumentReader(false, ExitCode.USAGE, key -> "--" + key);
    ours.forEach((name, value) -> values.put(name, options.checked(name, value)));
    return of(values);
  }

  /**
   * From the parameters of a sweep, which act as options of {@code ldctbench-train} would: values
   * may be texts, and everything that is not given has the command line's default.
   *
   * @param where names the source in messages
   * @throws org.ldctbench.common.UserException CONFIG, naming the key
   */
  public static TrainArguments fromMap(Map<String, Object> parameters, String where) {
    return of(new ArgumentReader(false, ExitCode.CONFIG, key -> where).read(parameters));
  }

  /**
   * From options of the command line.
   *
   * @throws org.ldctbench.common.UserException USAGE, naming the option
   */
  public static TrainArguments fromOptions(Map<String, Object> options) {
    return of(
        new ArgumentReader(
                false, ExitCode.USAGE, key -> key.isEmpty() ? "no --config given" : "--" + key)
            .read(options));
  }

  /**
   * The value of one option of the command line.
   *
   * @throws org.ldctbench.common.UserException USAGE if it has the wrong type or range
   */
  public static Object checkOption(String name, Object value) {
    return new ArgumentReader(false, ExitCode.USAGE, key -> "--" + key).checked(name, value);
  }

  private static TrainArguments of(Map<String, Object> values) {
    List<Integer> physical = new ArrayList<>();
    Object devices = values.get("devices");
    if (devices instanceof List<?> several) {
      several.forEach(id -> physical.add(((Long) id).intValue()));
      List<Long> renumbered = new ArrayList<>();
      for (int i = 0; i < several.size(); i++) {
        renumbered.add((long) i);
      }
      values.put("devices", renumbered);
    } else {
      physical.add(((Long) devices).intValue());
      values.put("devices", 0L);
    }
    return new TrainArguments(values, physical);
  }

  /** The same with a data folder that was found elsewhere, such as in the environment. */
  public TrainArguments withDataFolder(String folder) {
    Map<String, Object> copy = new LinkedHashMap<>(recorded);
    copy.put("datafolder", folder);
    return new TrainArguments(copy, physicalDevices);
  }

  /** Values by key, in the order given; null where the original records None. */
  public Map<String, Object> recorded() {
    return recorded;
  }

  /** The text of args.yaml. */
  public String toYaml() {
    return PythonYaml.dump(recorded);
  }

  public boolean cuda() {
    return (Boolean) value("cuda");
  }

  /** GPU ids before renumbering, at least one. */
  public List<Integer> physicalDevices() {
    return physicalDevices;
  }

  public int mbs() {
    return integer("mbs");
  }

  public int valsamples() {
    return integer("valsamples");
  }

  public boolean dryrun() {
    return (Boolean) value("dryrun");
  }

  public String wandbtag() {
    return text("wandbtag");
  }

  public int maxIterations() {
    return integer("max_iterations");
  }

  public int iterationsBeforeVal() {
    return integer("iterations_before_val");
  }

  /** Iterations that are really done: whole epochs. */
  public long effectiveIterations() {
    long epoch = iterationsBeforeVal();
    return (maxIterations() + epoch - 1) / epoch * epoch;
  }

  /** adam, sgd or rmsprop. */
  public String optimizer() {
    return text("optimizer");
  }

  public double lr() {
    return number("lr");
  }

  public double adamB1() {
    return number("adam_b1");
  }

  public double adamB2() {
    return number("adam_b2");
  }

  public double sgdMomentum() {
    return number("sgd_momentum");
  }

  public double sgdDampening() {
    return number("sgd_dampening");
  }

  public double weightDecay() {
    return number("weight_decay");
  }

  /** As given: a path, {@code simulated}, or empty. */
  public String dataFolder() {
    return text("datafolder");
  }

  /** meanstd or minmax. */
  public String dataNorm() {
    return text("data_norm");
  }

  public double dataSubset() {
    return number("data_subset");
  }

  /** 0 = whole image. */
  public int patchSize() {
    return integer("patchsize");
  }

  /** 0 = whole image. */
  public int evalPatchSize() {
    return integer("eval_patchsize");
  }

  public long seed() {
    return ((Number) value("seed")).longValue();
  }

  /** cpu, cuda or auto; {@code cuda: false} turns auto into cpu. */
  public String engine() {
    String engine = text("engine");
    return "auto".equals(engine) && !cuda() ? "cpu" : engine;
  }

  /** fp32, bf16, bf16x3 or tf32. */
  public String precision() {
    return text("precision");
  }

  /** tuned or cudnn. */
  public String kernels() {
    return text("kernels");
  }

  /** 0 = all cores. */
  public int threads() {
    return integer("threads");
  }

  /** The GPU to use. */
  public int device() {
    return recorded.get("device") == null ? physicalDevices.get(0) : integer("device");
  }

  public Optional<String> info() {
    return Optional.ofNullable((String) recorded.get("info"));
  }

  /** A value of {@link #recorded} or its default; null if there is neither. */
  public Object value(String name) {
    Object value = recorded.get(name);
    return value == null ? TrainKey.all().get(name).fallback() : value;
  }

  private int integer(String name) {
    return Math.toIntExact(((Number) value(name)).longValue());
  }

  private double number(String name) {
    return ((Number) value(name)).doubleValue();
  }

  private String text(String name) {
    return (String) value(name);
  }
}
