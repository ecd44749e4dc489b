package org.ldctbench.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Means over all slices of an anatomy: the table that the original prints. */
public final class TestTable {
  private final TestResults results;
  private final List<TestMetric> metrics;
  private final List<String> methods;

  /**
   * @param methods in the order of the rows
   */
  public TestTable(TestResults results, List<TestMetric> metrics, List<String> methods) {
    this.results = results;
    this.metrics = List.copyOf(metrics);
    this.methods = List.copyOf(methods);
  }

  public String markdown() {
    List<String> header = new ArrayList<>(List.of("Method"));
    for (TestMetric metric : metrics) {
      for (ExamType type : ExamType.values()) {
        header.add(metric.name() + " (" + type.label() + ")");
      }
    }
    MarkdownTable table = new MarkdownTable(header);
    for (String method : methods) {
      double[] means = new double[header.size() - 1];
      int column = 0;
      for (TestMetric metric : metrics) {
        for (ExamType type : ExamType.values()) {
          means[column++] = results.mean(type, metric, method);
        }
      }
      table.row(method, means);
    }
    return table.toString();
  }

  /** Method, metric, anatomy, mean; what has no slices is left out. */
  public Map<String, Map<String, Map<String, Double>>> means() {
    Map<String, Map<String, Map<String, Double>>> all = new LinkedHashMap<>();
    for (String method : methods) {
      Map<String, Map<String, Double>> byMetric = new LinkedHashMap<>();
      for (TestMetric metric : metrics) {
        Map<String, Double> byType = new LinkedHashMap<>();
        for (ExamType type : ExamType.values()) {
          double mean = results.mean(type, metric, method);
          if (!Double.isNaN(mean)) {
            byType.put(type.label(), mean);
          }
        }
        byMetric.put(metric.name(), byType);
      }
      all.put(method, byMetric);
    }
    return all;
  }
}
