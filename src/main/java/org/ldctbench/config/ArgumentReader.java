package org.ldctbench.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Nearest;
import org.ldctbench.common.UserException;
import org.ldctbench.config.TrainKey.Need;

/** Checks given values against the table of keys and completes them. */
final class ArgumentReader {
  private static final List<String> OTHER_METHODS =
      List.of("bilateral", "dugan", "qae", "redcnn", "resnet", "transct", "wganvgg");

  private final boolean file;
  private final ExitCode code;
  private final UnaryOperator<String> where;

  /**
   * @param file values have YAML types and are recorded as they are; otherwise they may be texts,
   *     as on a command line
   * @param where of a key, for messages
   */
  ArgumentReader(boolean file, ExitCode code, UnaryOperator<String> where) {
    this.file = file;
    this.code = code;
    this.where = where;
  }

  /** The values as they are recorded, checked and completed. */
  Map<String, Object> read(Map<String, Object> given) {
    Map<String, Object> values = new LinkedHashMap<>();
    given.forEach(
        (name, value) -> {
          if ("no-cuda".equals(name) && !file) {
            values.put("cuda", !(Boolean) flag(TrainKey.all().get("cuda"), value));
            return;
          }
          TrainKey key = TrainKey.all().get(name);
          if (key == null) {
            throw error(name, "unknown key '" + name + "'" + Nearest.hint(name, TrainKey.names()));
          }
          values.put(name, value == null ? null : checked(key, value));
        });
    requireAll(values);
    return file ? completed(values) : inOptionOrder(values);
  }

  private void requireAll(Map<String, Object> values) {
    List<String> missing =
        TrainKey.all().values().stream()
            .filter(key -> key.need() == Need.REQUIRED && values.get(key.name()) == null)
            .map(TrainKey::name)
            .toList();
    if (!missing.isEmpty()) {
      throw error(
          "",
          (missing.size() == 1 ? "required key is missing: " : "required keys are missing: ")
              + String.join(", ", missing));
    }
  }

  /** A file's own keys, and defaults of those that the original would fail without. */
  private Map<String, Object> completed(Map<String, Object> values) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    for (TrainKey key : TrainKey.all().values()) {
      boolean unusedAdam =
          key.name().startsWith("adam_") && !"adam".equals(values.get("optimizer"));
      if (key.need() == Need.DEFAULTED && all.get(key.name()) == null && !unusedAdam) {
        all.put(key.name(), given(key, values));
      }
    }
    return all;
  }

  /** Everything, as the original's option parser leaves it. */
  private static Map<String, Object> inOptionOrder(Map<String, Object> values) {
    Map<String, Object> all = new LinkedHashMap<>();
    for (TrainKey key : TrainKey.all().values()) {
      if (key.need() != Need.OURS || values.get(key.name()) != null) {
        all.put(key.name(), given(key, values));
      }
    }
    return all;
  }

  private static Object given(TrainKey key, Map<String, Object> values) {
    Object value = values.get(key.name());
    if (value != null) {
      return value;
    }
    boolean wanted = "seed".equals(key.name()) && values.containsKey("seed");
    return wanted ? (Object) ThreadLocalRandom.current().nextLong(1, 10000) : key.fallback();
  }

  /** One value of a known key. */
  Object checked(String name, Object value) {
    return checked(TrainKey.all().get(name), value);
  }

  private Object checked(TrainKey key, Object value) {
    return switch (key.kind()) {
      case INTEGER -> integer(key, value);
      case NUMBER -> number(key, value);
      case FLAG -> flag(key, value);
      case TEXT -> text(key, value);
      case INTEGERS -> integers(key, value);
    };
  }

  private Long integer(TrainKey key, Object value) {
    Object number = value;
    if (!file && value instanceof String text) {
      try {
        number = Long.valueOf(text.strip());
      } catch (NumberFormatException e) {
        throw wrong(key, value);
      }
    }
    boolean whole = number instanceof Integer || number instanceof Long;
    if (!whole && !(number instanceof BigInteger)) {
      throw wrong(key, value);
    }
    if (!whole || !key.allows(((Number) number).doubleValue())) {
      throw outOfRange(key, value);
    }
    return ((Number) number).longValue();
  }

  /** A file's whole number stays one in the record, as in the original. */
  private Number number(TrainKey key, Object value) {
    Object number = value;
    if (!file && value instanceof String text) {
      try {
        number = Double.valueOf(text.strip());
      } catch (NumberFormatException e) {
        throw wrong(key, value);
      }
    }
    if (!(number instanceof Number)) {
      throw wrong(key, value);
    }
    double real = ((Number) number).doubleValue();
    if (!Double.isFinite(real) || !key.allows(real)) {
      throw outOfRange(key, value);
    }
    if (file && number instanceof Integer small) {
      return (long) small;
    }
    return real;
  }

  private Object flag(TrainKey key, Object value) {
    if (value instanceof Boolean) {
      return value;
    }
    String text = file ? "" : String.valueOf(value).strip();
    if (!text.equalsIgnoreCase("true") && !text.equalsIgnoreCase("false")) {
      throw wrong(key, value);
    }
    return Boolean.valueOf(text);
  }

  private String text(TrainKey key, Object value) {
    if (!(value instanceof String) && file) {
      throw error(
          key.name(), "'" + key.name() + "': " + value + " is no text; put it between quotes");
    }
    String text = String.valueOf(value);
    if (!key.choices().isEmpty() && !key.choices().contains(text)) {
      String remedy =
          "trainer".equals(key.name()) && OTHER_METHODS.contains(text)
              ? "this program trains cnn10 only"
              : "give " + key.allowed() + Nearest.hint(text, key.choices());
      throw error(key.name(), "unknown " + key.name() + " '" + text + "': " + remedy);
    }
    return text;
  }

  /** Several stay a list and are renumbered; a single one, in a list or not, becomes 0. */
  private Object integers(TrainKey key, Object value) {
    Object list = value;
    if (!file && value instanceof String text) {
      list = List.of(text.replaceAll("[\\[\\],]", " ").strip().split("\\s+"));
    }
    List<Long> ids = new ArrayList<>();
    for (Object item : list instanceof List<?> items ? items : List.of(list)) {
      ids.add(integer(key, item));
    }
    if (ids.isEmpty()) {
      throw wrong(key, value);
    }
    return ids.size() == 1 ? (Object) ids.get(0) : ids;
  }

  private UserException wrong(TrainKey key, Object value) {
    String shown =
        value instanceof String
            ? "'" + value + "'"
            : value instanceof List<?> l ? join(l) : value + "";
    return error(
        key.name(), "'" + key.name() + "': " + shown + " is not valid; give " + key.allowed());
  }

  private UserException outOfRange(TrainKey key, Object value) {
    return error(
        key.name(), "'" + key.name() + "': " + value + " is out of range; give " + key.allowed());
  }

  private static String join(List<?> list) {
    return list.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  private UserException error(String key, String message) {
    String place = where.apply(key);
    return new UserException(code, place.isEmpty() ? message : place + ": " + message);
  }
}
