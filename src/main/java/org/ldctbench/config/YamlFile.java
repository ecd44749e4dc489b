package org.ldctbench.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Nearest;
import org.ldctbench.common.UserException;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * A YAML 1.1 mapping that remembers where each key stands. Unlike YAML 1.1, a plain {@code 1e-05}
 * is a number.
 */
public final class YamlFile {
  private static final long MAX_BYTES = 16L << 20;

  private final Path path;
  private final Map<String, Object> values;
  private final Map<String, Integer> lines;

  private YamlFile(Path path, Map<String, Object> values, Map<String, Integer> lines) {
    this.path = path;
    this.values = values;
    this.lines = lines;
  }

  /**
   * Reads a mapping; nested mappings are {@code Map<String, Object>}, sequences {@code List}.
   *
   * @throws UserException with code CONFIG if the file is missing, too large, malformed (line and
   *     column named), empty or not a mapping
   */
  public static YamlFile read(Path path) {
    String text;
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw error(path + ": larger than 16 MiB, which no configuration is");
      }
      text = Files.readString(path);
    } catch (NoSuchFileException e) {
      throw error(path + ": no such file; give an existing YAML file", e);
    } catch (CharacterCodingException e) {
      throw error(path + ": is not UTF-8 text; give a YAML file", e);
    } catch (IOException e) {
      throw error(path + ": cannot be read (" + e.getMessage() + ")", e);
    }
    return parse(path, text);
  }

  /** Values that come from elsewhere than a file; {@link #where} has no lines then. */
  public static YamlFile of(Path name, Map<String, Object> values) {
    return new YamlFile(name, new LinkedHashMap<>(values), Map.of());
  }

  /** The value of one YAML scalar or flow collection; text that is no YAML stands for itself. */
  public static Object scalar(String text) {
    try {
      return plain(loader().load(text));
    } catch (YAMLException e) {
      return text;
    }
  }

  private static Yaml loader() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(50);
    options.setCodePointLimit((int) MAX_BYTES);
    return new Yaml(
        new SafeConstructor(options),
        new Representer(new DumperOptions()),
        new DumperOptions(),
        options,
        new NumberResolver());
  }

  static YamlFile parse(Path path, String text) {
    Yaml yaml = loader();
    try {
      Node node = yaml.compose(new java.io.StringReader(text));
      if (node == null) {
        throw error(path + ": is empty; it needs 'key: value' lines");
      }
      if (!(node instanceof MappingNode mapping)) {
        throw error(path + ": is not a mapping; it needs 'key: value' lines");
      }
      Map<String, Integer> lines = new LinkedHashMap<>();
      recordLines("", mapping, lines);
      Object loaded = yaml.load(text);
      Map<String, Object> values = new LinkedHashMap<>();
      ((Map<?, ?>) loaded).forEach((key, value) -> values.put(String.valueOf(key), plain(value)));
      return new YamlFile(path, values, lines);
    } catch (MarkedYAMLException e) {
      String where =
          e.getProblemMark() == null
              ? ""
              : ":"
                  + (e.getProblemMark().getLine() + 1)
                  + ":"
                  + (e.getProblemMark().getColumn() + 1);
      throw error(path + where + ": not valid YAML: " + oneLine(e.getProblem()), e);
    } catch (YAMLException e) {
      throw error(path + ": not valid YAML: " + oneLine(e.getMessage()), e);
    }
  }

  public Path path() {
    return path;
  }

  public Map<String, Object> values() {
    return values;
  }

  /** {@code file:line} of a key; nested keys are joined by dots. */
  public String where(String key) {
    Integer line = lines.get(key);
    return line == null ? path.toString() : path + ":" + line;
  }

  /** Fails on the first key that is not known, naming its line and the nearest known key. */
  public void requireKnown(Set<String> known) {
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw error(where(key) + ": unknown key '" + key + "'" + Nearest.hint(key, known));
      }
    }
  }

  private static void recordLines(String prefix, MappingNode mapping, Map<String, Integer> lines) {
    for (NodeTuple tuple : mapping.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        String name = prefix + key.getValue();
        lines.put(name, key.getStartMark().getLine() + 1);
        if (tuple.getValueNode() instanceof MappingNode inner) {
          recordLines(name + ".", inner, lines);
        }
      }
    }
  }

  private static Object plain(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new LinkedHashMap<>();
      map.forEach((key, inner) -> copy.put(String.valueOf(key), plain(inner)));
      return copy;
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(inner -> copy.add(plain(inner)));
      return copy;
    }
    return value;
  }

  private static String oneLine(String text) {
    return text == null ? "unknown problem" : text.replaceAll("\\s+", " ").trim();
  }

  private static UserException error(String message) {
    return new UserException(ExitCode.CONFIG, message);
  }

  private static UserException error(String message, Throwable cause) {
    return new UserException(ExitCode.CONFIG, message, cause);
  }

  /** YAML 1.1, and numbers with an exponent need neither a dot nor a sign. */
  private static final class NumberResolver extends Resolver {
    private static final Pattern EXPONENT =
        Pattern.compile("[-+]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)[eE][-+]?[0-9]+");

    @Override
    protected void addImplicitResolvers() {
      addImplicitResolver(Tag.FLOAT, EXPONENT, "-+0123456789.");
      super.addImplicitResolvers();
    }
  }
}
