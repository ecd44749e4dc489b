package org.ldctbench.launch;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.ldctbench.common.PythonFloat;

/** Plain values as Python programs write them. */
final class PythonText {
  private PythonText() {}

  /** Python's {@code str(value)}. */
  static String str(Object value) {
    return value instanceof String text ? text : repr(value);
  }

  /** Python's {@code repr(value)}. */
  static String repr(Object value) {
    if (value == null) {
      return "None";
    }
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    if (value instanceof String text) {
      return quote(text);
    }
    return structure(value, PythonText::repr);
  }

  /** Python's {@code json.dumps(value)}: blanks after separators, ASCII. */
  static String json(Object value) {
    if (value == null || value instanceof Boolean) {
      return String.valueOf(value);
    }
    if (value instanceof String text) {
      return jsonQuote(text);
    }
    if (value instanceof Double number && !Double.isFinite(number)) {
      return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    }
    return structure(value, PythonText::json);
  }

  /** YAML 1.1 that PyYAML reads back as the same value: JSON, and floats with a dot. */
  static String yaml(Object value) {
    if (value instanceof Double || value instanceof Float) {
      String text = PythonFloat.repr(((Number) value).doubleValue());
      return switch (text) {
        case "nan" -> ".nan";
        case "inf" -> ".inf";
        case "-inf" -> "-.inf";
        default -> text.contains(".") ? text : text.replace("e", ".0e");
      };
    }
    if (value instanceof Map || value instanceof List) {
      return structure(value, PythonText::yaml);
    }
    return json(value);
  }

  private static String structure(Object value, Function<Object, String> inner) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> inner.apply(String.valueOf(e.getKey())) + ": " + inner.apply(e.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(inner).collect(Collectors.joining(", ", "[", "]"));
    }
    if (value instanceof Integer || value instanceof Long || value instanceof BigInteger) {
      return value.toString();
    }
    return value instanceof Number n ? PythonFloat.repr(n.doubleValue()) : String.valueOf(value);
  }

  private static String quote(String text) {
    char mark = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(mark);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c == mark) {
            out.append('\\').append(c);
          } else if (c < ' ' || c == 0x7f) {
            out.append(String.format("\\x%02x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append(mark).toString();
  }

  private static String jsonQuote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || c > '~') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }
}
