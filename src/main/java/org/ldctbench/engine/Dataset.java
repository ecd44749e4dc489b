package org.ldctbench.engine;

/** The slices of a data set where an engine can reach them. */
public interface Dataset extends AutoCloseable {
  int size();

  @Override
  void close();
}
