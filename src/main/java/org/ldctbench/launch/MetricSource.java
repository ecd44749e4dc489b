package org.ldctbench.launch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.ldctbench.sweep.RunMonitor;

/** Where the results of a child process come from. */
interface MetricSource extends Closeable {
  /** The child's run folder, once it exists. */
  Optional<Path> folder();

  /** All rows so far, oldest first. */
  List<RunMonitor.Row> rows();

  /** Closes what stays open between two questions. */
  @Override
  default void close() throws IOException {}
}
