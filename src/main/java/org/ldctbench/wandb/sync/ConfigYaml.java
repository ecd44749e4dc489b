package org.ldctbench.wandb.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.ldctbench.wandb.log.JsonValues;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** {@code config.yaml} of a run: keys sorted, four blanks a level, each {@code key: value: ...}. */
final class ConfigYaml {
  private static final Comparator<String> NUMBERS_BY_VALUE =
      Comparator.comparing((String key) -> !key.matches("\\d{1,9}"))
          .thenComparing(key -> key.matches("\\d{1,9}") ? Integer.parseInt(key) : 0)
          .thenComparing(Comparator.naturalOrder());

  private ConfigYaml() {}

  static String write(ObjectNode config) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setIndent(4);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    options.setAllowUnicode(true);
    options.setWidth(Integer.MAX_VALUE);
    Map<Object, Object> entries = new TreeMap<>();
    config
        .properties()
        .forEach(
            e ->
                entries.put(
                    e.getKey(),
                    Collections.singletonMap("value", sorted(JsonValues.plain(e.getValue())))));
    return new Yaml(options).dump(entries);
  }

  private static Object sorted(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> copy = new TreeMap<>(NUMBERS_BY_VALUE);
      map.forEach((key, inner) -> copy.put(String.valueOf(key), sorted(inner)));
      return copy;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(ConfigYaml::sorted).toList();
    }
    return value;
  }
}
