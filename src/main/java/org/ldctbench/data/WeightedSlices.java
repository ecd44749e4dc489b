package org.ldctbench.data;

import java.util.Arrays;
import java.util.List;
import org.ldctbench.common.MersenneTwister;

/**
 * Slices of one split in shuffled order, drawn with replacement so that every patient is equally
 * likely: weight 1 / slices of the patient.
 */
final class WeightedSlices {
  private final int[] slices;
  private final double[] cumulative;

  private WeightedSlices(int[] slices, double[] cumulative) {
    this.slices = slices;
    this.cumulative = cumulative;
  }

  /**
   * Shuffles as Python's {@code random.seed(seed); random.shuffle(...)} does, then keeps the first
   * {@code int(count * subset)}.
   *
   * @param first index of the first slice of the split in the cache
   */
  static WeightedSlices of(List<Patient> patients, int first, long seed, double subset) {
    int count = patients.stream().mapToInt(Patient::slices).sum();
    int[] order = new int[count];
    double[] weights = new double[count];
    int at = 0;
    for (Patient patient : patients) {
      for (int i = 0; i < patient.slices(); i++, at++) {
        order[at] = at;
        weights[at] = 1.0 / patient.slices();
      }
    }
    shuffle(order, seed);
    int kept = subset < 1 ? (int) (count * subset) : count;
    int[] slices = new int[kept];
    double[] cumulative = new double[kept];
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += weights[order[i]];
      slices[i] = first + order[i];
      cumulative[i] = sum;
    }
    for (int i = 0; i < kept; i++) {
      cumulative[i] /= sum;
    }
    return new WeightedSlices(slices, cumulative);
  }

  int size() {
    return slices.length;
  }

  /** All slices in shuffled order. */
  int[] slices() {
    return slices.clone();
  }

  /**
   * Draws as PyTorch's weighted sampler does: starting a loader takes two words for its workers'
   * seed, then every draw takes two.
   */
  int[] draw(int count, MersenneTwister torch) {
    torch.nextInt32();
    torch.nextInt32();
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      long high = torch.nextInt32();
      long low = torch.nextInt32();
      double u = ((high << 32 | low) & ((1L << 53) - 1)) * 0x1p-53;
      drawn[i] = slices[firstAtLeast(u)];
    }
    return drawn;
  }

  private int firstAtLeast(double u) {
    int found = Arrays.binarySearch(cumulative, u);
    int index = found < 0 ? -found - 1 : found;
    while (index > 0 && cumulative[index - 1] >= u) {
      index--;
    }
    return Math.min(index, cumulative.length - 1);
  }

  private static void shuffle(int[] order, long seed) {
    MersenneTwister random = new MersenneTwister(0);
    random.seedByArray(words(seed));
    for (int i = order.length - 1; i > 0; i--) {
      int bits = 32 - Integer.numberOfLeadingZeros(i + 1);
      int k;
      do {
        k = (int) (random.nextInt32() >>> (32 - bits));
      } while (k > i);
      int swapped = order[i];
      order[i] = order[k];
      order[k] = swapped;
    }
  }

  /** Python seeds by the 32-bit words of the absolute value, the lowest first. */
  private static int[] words(long seed) {
    long value = Math.abs(seed);
    return value >>> 32 == 0
        ? new int[] {(int) value}
        : new int[] {(int) value, (int) (value >>> 32)};
  }
}
