package org.ldctbench.selftest;

/**
 * How much is computed.
 *
 * @param shapes random shapes on which engines are compared
 * @param slice edge of the whole slice
 * @param columns of the images whose quality is measured
 * @param iterations of the trainings on simulated data
 * @param mbs of the longer of these
 * @param patch edge of its patches
 * @param repeated iterations of the trainings that must give the same bits: one as it is, a
 *     recorded graph of 16, and a rest
 * @param repeatedEdge edge of their patches
 */
record Effort(
    int shapes,
    int slice,
    int columns,
    int iterations,
    int mbs,
    int patch,
    int repeated,
    int repeatedEdge) {
  private static final Effort FULL = new Effort(8, 512, 203, 200, 4, 64, 40, 19);
  private static final Effort QUICK = new Effort(2, 128, 45, 20, 4, 64, 40, 19);

  /** A host that stands in for a GPU needs a second for what takes the GPU a millisecond. */
  private static final Effort EMULATED = new Effort(2, 128, 45, 20, 1, 40, 18, 9);

  static Effort of(boolean quick, String engine) {
    if (engine.contains("emulated device")) {
      return EMULATED;
    }
    return quick ? QUICK : FULL;
  }
}
