package org.ldctbench.config;

import java.util.Map;
import java.util.TreeMap;
import org.ldctbench.common.PythonFloat;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/** YAML as PyYAML writes it: keys sorted, block style, floats that YAML 1.1 reads as floats. */
public final class PythonYaml {
  private PythonYaml() {}

  public static String dump(Map<String, ?> values) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setAllowUnicode(false);
    options.setLineBreak(DumperOptions.LineBreak.UNIX);
    return new Yaml(new Floats(options), options).dump(new TreeMap<>(values));
  }

  /** Python's float text, with the dot that a YAML 1.1 exponent needs. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return ".nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? ".inf" : "-.inf";
    }
    String text = PythonFloat.repr(value);
    return text.contains(".") ? text : text.replace("e", ".0e");
  }

  private static final class Floats extends Representer {
    Floats(DumperOptions options) {
      super(options);
      representers.put(Double.class, this::scalar);
    }

    private Node scalar(Object value) {
      return representScalar(Tag.FLOAT, number((Double) value));
    }
  }
}
