package org.ldctbench.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.ldctbench.common.AtomicFile;
import org.ldctbench.common.PythonFloat;

/**
 * Numbers of a test: patient, metric, method, one value a slice. Written in the form of the
 * original's {@code test_metrics.yaml} (block style, sorted keys).
 */
public final class TestResults {
  private final Map<String, Map<TestMetric, Map<String, double[]>>> patients = new TreeMap<>();

  void put(String patient, TestMetric metric, String method, double[] slices) {
    patients
        .computeIfAbsent(patient, key -> new TreeMap<>((a, b) -> a.name().compareTo(b.name())))
        .computeIfAbsent(metric, key -> new TreeMap<>())
        .put(method, slices);
  }

  /** All slices of all patients of one type, in patient order. */
  public double[] slices(ExamType type, TestMetric metric, String method) {
    return patients.entrySet().stream()
        .filter(entry -> ExamType.ofFolder(entry.getKey()) == type)
        .map(entry -> entry.getValue().getOrDefault(metric, Map.of()).get(method))
        .filter(values -> values != null)
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  /** Plain mean over slices; NaN if there are none. */
  public double mean(ExamType type, TestMetric metric, String method) {
    return DoubleStream.of(slices(type, metric, method)).average().orElse(Double.NaN);
  }

  public void write(Path file) throws IOException {
    AtomicFile.writeString(file, toYaml());
  }

  String toYaml() {
    StringBuilder yaml = new StringBuilder();
    patients.forEach(
        (patient, metrics) -> {
          yaml.append(patient).append(":\n");
          metrics.forEach(
              (metric, methods) -> {
                yaml.append("  ").append(metric.name()).append(":\n");
                methods.forEach(
                    (method, values) -> {
                      yaml.append("    ").append(method).append(":\n");
                      for (double value : values) {
                        yaml.append("    - ").append(yamlNumber(value)).append('\n');
                      }
                    });
              });
        });
    return yaml.toString();
  }

  private static String yamlNumber(double value) {
    if (Double.isNaN(value)) {
      return ".nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? ".inf" : "-.inf";
    }
    String repr = PythonFloat.repr(value);
    // YAML 1.1 needs a dot in front of an exponent to see a number.
    return repr.contains("e") && !repr.contains(".") ? repr.replace("e", ".0e") : repr;
  }
}
