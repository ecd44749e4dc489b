package org.ldctbench.simulate;

/** Where the slices of one patient come from. Thread-safe. */
interface SourcePatient {
  Anatomy anatomy();

  /** Number of different slices, at least 1. */
  int slices();

  /**
   * @param index from 0
   */
  SourceSlice slice(int index);
}
