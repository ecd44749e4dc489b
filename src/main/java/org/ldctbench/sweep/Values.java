package org.ldctbench.sweep;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Parameter values as JSON and YAML have them: numbers, text, booleans, null, lists, mappings. */
public final class Values {
  private Values() {}

  /** A finite number of any type, else NaN. */
  static double number(Object value) {
    return value instanceof Number n ? n.doubleValue() : Double.NaN;
  }

  /** Whether the value was written as an integer. */
  static boolean isInteger(Object value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof BigInteger
        || value instanceof Short
        || value instanceof Byte;
  }

  /**
   * Text that is equal for equal values; whole floats equal integers, as in Python, but true is not
   * 1.
   */
  public static String canonical(Object value) {
    if (value instanceof Number n) {
      double d = n.doubleValue();
      if (Double.isNaN(d) || Double.isInfinite(d)) {
        return String.valueOf(d);
      }
      BigDecimal exact = isInteger(value) ? new BigDecimal(n.toString()) : BigDecimal.valueOf(d);
      return exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toString();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, String> sorted = new TreeMap<>();
      map.forEach((key, inner) -> sorted.put(String.valueOf(key), canonical(inner)));
      return sorted.toString();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Values::canonical).collect(Collectors.joining(",", "[", "]"));
    }
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }
}
