package org.ldctbench.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An argument of a training run: option of {@code ldctbench-train}, key of its YAML file and
 * parameter of a sweep at once.
 *
 * @param fallback value when not given; null = there is none
 * @param need what a missing value means
 * @param low smallest allowed number
 * @param high largest allowed number
 * @param choices allowed texts; empty = any
 */
public record TrainKey(
    String name,
    Kind kind,
    Object fallback,
    Need need,
    Bound low,
    Bound high,
    List<String> choices,
    String help) {

  /** Type of a value. */
  public enum Kind {
    INTEGER,
    NUMBER,
    FLAG,
    TEXT,
    INTEGERS
  }

  /** What becomes of a key that is not given. */
  public enum Need {
    /** An error. */
    REQUIRED,
    /** The fallback is used and recorded. */
    DEFAULTED,
    /** The fallback is used; a file's record stays without it, as the original's does. */
    QUIET,
    /** Of other methods: accepted and recorded, not used. */
    FOREIGN,
    /** The original does not know it: recorded only when given. */
    OURS
  }

  /** End of an interval. */
  public record Bound(double value, boolean inclusive) {}

  private static final Bound NONE_LOW = new Bound(Double.NEGATIVE_INFINITY, false);
  private static final Bound NONE_HIGH = new Bound(Double.POSITIVE_INFINITY, false);

  /** Largest seed that NumPy's generator takes. */
  static final long MAX_SEED = 0xFFFFFFFFL;

  private static final Map<String, TrainKey> ALL = table();

  /** All keys by name, in the order of the original's options. */
  public static Map<String, TrainKey> all() {
    return ALL;
  }

  public static Set<String> names() {
    return new LinkedHashSet<>(ALL.keySet());
  }

  private static Map<String, TrainKey> table() {
    Map<String, TrainKey> keys = new LinkedHashMap<>();
    for (TrainKey key :
        Arrays.asList(
            key("config", Kind.TEXT, "", Need.FOREIGN, "YAML file that replaces the other options"),
            key("cuda", Kind.FLAG, true, Need.DEFAULTED, "use a GPU where there is one"),
            integer("devices", Kind.INTEGERS, List.of(0L, 1L), Need.DEFAULTED, 0, "GPU ids")
                .below(1024),
            key("trainer", Kind.TEXT, null, Need.REQUIRED, "method").oneOf("cnn10"),
            integer("mbs", 1, "mini-batch size").below(65536),
            integer("num_workers", 0, "accepted for compatibility; see --threads"),
            integer("valsamples", 0, "validation batches of which the first image is saved"),
            key("dryrun", Kind.FLAG, false, Need.DEFAULTED, "keep the run offline"),
            key("wandbtag", Kind.TEXT, "", Need.QUIET, "tag of the run"),
            integer("max_iterations", 0, "iterations, rounded up to whole epochs"),
            integer("iterations_before_val", 1, "iterations of an epoch"),
            key("optimizer", Kind.TEXT, null, Need.REQUIRED, "update rule")
                .oneOf("adam", "sgd", "rmsprop"),
            number("lr", null, Need.REQUIRED, "learning rate").above(0),
            number("adam_b1", 0.9, Need.DEFAULTED, "Adam beta 1").from(0).belowExactly(1),
            number("adam_b2", 0.999, Need.DEFAULTED, "Adam beta 2").from(0).belowExactly(1),
            number("weight_decay", 0.0, Need.QUIET, "recorded, not applied").from(0),
            key("datafolder", Kind.TEXT, "", Need.DEFAULTED, "data folder, or 'simulated'"),
            key("data_norm", Kind.TEXT, "meanstd", Need.DEFAULTED, "normalisation")
                .oneOf("meanstd", "minmax"),
            number("data_subset", 1.0, Need.DEFAULTED, "fraction of the slices that is used")
                .above(0)
                .upTo(1),
            integer("patchsize", 0, "side of training patches; 0 = whole image").below(65536),
            integer(
                    "eval_patchsize",
                    Kind.INTEGER,
                    128L,
                    Need.QUIET,
                    0,
                    "side of validation patches; 0 = whole image")
                .below(65536),
            integer("seed", Kind.INTEGER, 1332L, Need.DEFAULTED, 0, "of everything random")
                .upTo((double) MAX_SEED),
            number("lr_r", null, Need.FOREIGN, "of another method"),
            number("sigma_xyz_init", null, Need.FOREIGN, "of another method"),
            number("sigma_r_init", null, Need.FOREIGN, "of another method"),
            number("cutmix_prob", null, Need.FOREIGN, "of another method"),
            number("lam_adv", null, Need.FOREIGN, "of another method"),
            number("lam_px_im", null, Need.FOREIGN, "of another method"),
            number("lam_px_grad", null, Need.FOREIGN, "of another method"),
            number("lam_cutmix", null, Need.FOREIGN, "of another method"),
            number("lam_perc", null, Need.FOREIGN, "of another method"),
            key("cutmix_warmup_iter", Kind.INTEGER, null, Need.FOREIGN, "of another method"),
            key("n_d_train", Kind.INTEGER, null, Need.FOREIGN, "of another method"),
            number("sgd_momentum", 0.0, Need.OURS, "SGD momentum").from(0),
            number("sgd_dampening", 0.0, Need.OURS, "SGD dampening"),
            key("engine", Kind.TEXT, "auto", Need.OURS, "who does the arithmetic")
                .oneOf("auto", "cpu", "cuda"),
            key("precision", Kind.TEXT, "fp32", Need.OURS, "working precision")
                .oneOf("fp32", "bf16", "bf16x3", "tf32"),
            key("kernels", Kind.TEXT, "tuned", Need.OURS, "whose kernels a GPU runs")
                .oneOf("tuned", "cudnn"),
            integer("threads", Kind.INTEGER, 0L, Need.OURS, 0, "CPU threads; 0 = all cores")
                .below(65536),
            integer("device", Kind.INTEGER, null, Need.OURS, 0, "GPU id; default: of --devices")
                .below(1024),
            key("info", Kind.TEXT, null, Need.OURS, "info.yml to use instead of the published"))) {
      keys.put(key.name(), key);
    }
    return keys;
  }

  private static TrainKey key(String name, Kind kind, Object fallback, Need need, String help) {
    return new TrainKey(name, kind, fallback, need, NONE_LOW, NONE_HIGH, List.of(), help);
  }

  private static TrainKey number(String name, Object fallback, Need need, String help) {
    return key(name, Kind.NUMBER, fallback, need, help);
  }

  private static TrainKey integer(String name, long low, String help) {
    return integer(name, Kind.INTEGER, null, Need.REQUIRED, low, help);
  }

  private static TrainKey integer(
      String name, Kind kind, Object fallback, Need need, long low, String help) {
    return key(name, kind, fallback, need, help).from((double) low).upTo(Integer.MAX_VALUE);
  }

  private TrainKey from(double value) {
    return bounds(new Bound(value, true), high);
  }

  private TrainKey above(double value) {
    return bounds(new Bound(value, false), high);
  }

  private TrainKey upTo(double value) {
    return bounds(low, new Bound(value, true));
  }

  private TrainKey belowExactly(double value) {
    return bounds(low, new Bound(value, false));
  }

  private TrainKey below(long value) {
    return upTo(value - 1.0);
  }

  private TrainKey bounds(Bound newLow, Bound newHigh) {
    return new TrainKey(name, kind, fallback, need, newLow, newHigh, choices, help);
  }

  private TrainKey oneOf(String... names) {
    return new TrainKey(name, kind, fallback, need, low, high, List.of(names), help);
  }

  /** Whether a number lies between the bounds. */
  boolean allows(double value) {
    boolean aboveLow = low.inclusive() ? value >= low.value() : value > low.value();
    boolean belowHigh = high.inclusive() ? value <= high.value() : value < high.value();
    return aboveLow && belowHigh;
  }

  /** What is allowed, for messages: "a whole number of at least 1". */
  public String allowed() {
    String noun =
        switch (kind) {
          case INTEGER -> "a whole number";
          case NUMBER -> "a number";
          case FLAG -> "true or false";
          case TEXT -> choices.isEmpty() ? "a text" : String.join(" or ", choices);
          case INTEGERS -> "a whole number or a list of them";
        };
    if (low.value() != Double.NEGATIVE_INFINITY) {
      noun += (low.inclusive() ? " of at least " : " above ") + plain(low.value());
    }
    if (high.value() != Double.POSITIVE_INFINITY && high.value() != Integer.MAX_VALUE) {
      noun += (high.inclusive() ? " and at most " : " and below ") + plain(high.value());
    }
    return noun;
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
