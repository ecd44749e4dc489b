package org.ldctbench.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the results of a child process come from. */
interface MetricSource {
  /** Metrics at one iteration. */
  record Row(long iteration, Map<String, Double> metrics) {}

  /** The child's run folder, once it exists. */
  Optional<Path> folder();

  /** All rows so far, oldest first. */
  List<Row> rows();
}
