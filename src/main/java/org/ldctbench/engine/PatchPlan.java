package org.ldctbench.engine;

/**
 * Which patches make up a sequence of minibatches.
 *
 * @param windows {@code [minibatches][mbs][3]} flattened: slice index, row and column of the top
 *     left corner; not copied
 * @param rows height of every patch
 * @param columns width of every patch
 */
public record PatchPlan(int[] windows, int mbs, int rows, int columns) {
  public PatchPlan {
    if (mbs < 1 || rows < 1 || columns < 1 || windows.length % (3 * mbs) != 0) {
      throw new IllegalArgumentException(
          "a plan of " + windows.length + " numbers does not hold minibatches of " + mbs);
    }
  }

  public int minibatches() {
    return windows.length / (3 * mbs);
  }

  /** Minibatches {@code from} (inclusive) to {@code to} (exclusive) as a plan of their own. */
  public PatchPlan slice(int from, int to) {
    return new PatchPlan(
        java.util.Arrays.copyOfRange(windows, from * 3 * mbs, to * 3 * mbs), mbs, rows, columns);
  }
}
