package org.ldctbench.data;

import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.MersenneTwister;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.SliceTable;

/**
 * Draws the patches of every epoch, bit for bit as the original does with {@code num_workers: 0}:
 * the shuffle from Python's generator, slices from PyTorch's, crop offsets from NumPy's.
 */
public final class Sampler {
  private final SamplerOptions options;
  private final List<SliceTable.Slice> table;
  private final WeightedSlices train;
  private final WeightedSlices validation;
  private final int validationBatches;

  /**
   * Checks everything that can fail before training starts.
   *
   * @throws UserException with code DATA if there are no slices, fewer validation slices than a
   *     minibatch, or images that a patch does not fit
   */
  public Sampler(InfoFile info, SliceCache cache, SamplerOptions options) {
    this(
        cache.table().slices(),
        shuffled(info, cache, Split.TRAIN, options),
        shuffled(info, cache, Split.VAL, options),
        options);
  }

  Sampler(
      List<SliceTable.Slice> table,
      WeightedSlices train,
      WeightedSlices validation,
      SamplerOptions options) {
    this.options = options;
    this.table = table;
    this.train = train;
    this.validation = validation;
    if (train.size() == 0) {
      throw new UserException(
          ExitCode.DATA, "data_subset " + options.dataSubset() + " leaves no training slices");
    }
    validationBatches = validation.size() / options.mbs();
    if (validationBatches == 0) {
      throw new UserException(
          ExitCode.DATA,
          "there are "
              + validation.size()
              + " validation slices but a minibatch is "
              + options.mbs()
              + "; lower mbs or use more of the data set");
    }
    edge(train, options.patchSize(), "patchsize");
    edge(validation, options.evalPatchSize(), "eval_patchsize");
  }

  /** The patches of epoch {@code epoch} (from 0). */
  public EpochPlan epoch(int epoch) {
    MersenneTwister torch = new MersenneTwister(options.seed() + epoch);
    MersenneTwister numpy = new MersenneTwister(options.seed() + epoch);
    int trainDraws = Math.multiplyExact(options.mbs(), options.iterationsBeforeVal());
    PatchPlan trainPlan = plan(train, trainDraws, options.patchSize(), torch, numpy);
    // The original's loader draws for every validation slice and drops the incomplete batch.
    PatchPlan validationPlan =
        plan(validation, validation.size(), options.evalPatchSize(), torch, numpy);
    return new EpochPlan(trainPlan, validationPlan);
  }

  public int validationBatches() {
    return validationBatches;
  }

  private PatchPlan plan(
      WeightedSlices source,
      int draws,
      int patchSize,
      MersenneTwister torch,
      MersenneTwister numpy) {
    int[] drawn = source.draw(draws, torch);
    int used = draws / options.mbs() * options.mbs();
    int[] windows = new int[3 * used];
    int rows = 0;
    int columns = 0;
    for (int i = 0; i < used; i++) {
      SliceTable.Slice slice = table.get(drawn[i]);
      boolean whole = patchSize == 0 || (patchSize == slice.rows() && patchSize == slice.columns());
      rows = whole ? slice.rows() : patchSize;
      columns = whole ? slice.columns() : patchSize;
      windows[3 * i] = drawn[i];
      windows[3 * i + 1] = whole ? 0 : below(slice.rows() - patchSize, numpy);
      windows[3 * i + 2] = whole ? 0 : below(slice.columns() - patchSize, numpy);
    }
    return new PatchPlan(windows, options.mbs(), rows, columns);
  }

  /**
   * NumPy's legacy {@code randint(0, n)}: masked rejection; nothing is drawn for n = 1. The last
   * admissible offset is never drawn, a quirk of the original that is kept.
   */
  private static int below(int n, MersenneTwister numpy) {
    int largest = n - 1;
    if (largest == 0) {
      return 0;
    }
    int mask = -1 >>> Integer.numberOfLeadingZeros(largest);
    int value;
    do {
      value = (int) numpy.nextInt32() & mask;
    } while (value > largest);
    return value;
  }

  private void edge(WeightedSlices source, int patchSize, String key) {
    SliceTable.Slice size = null;
    for (int index : source.slices()) {
      SliceTable.Slice slice = table.get(index);
      boolean fits = patchSize < slice.rows() && patchSize < slice.columns();
      boolean whole = patchSize == slice.rows() && patchSize == slice.columns();
      if (patchSize != 0 && !fits && !whole) {
        throw new UserException(
            ExitCode.DATA,
            String.format(
                "%s %d does not fit an image of %d x %d; lower it",
                key, patchSize, slice.rows(), slice.columns()));
      }
      if (patchSize == 0) {
        if (size != null && (size.rows() != slice.rows() || size.columns() != slice.columns())) {
          throw new UserException(
              ExitCode.DATA,
              key + " 0 takes whole images, but those of this data set differ in size");
        }
        size = slice;
      }
    }
  }

  private static WeightedSlices shuffled(
      InfoFile info, SliceCache cache, Split split, SamplerOptions options) {
    List<Patient> patients = info.patients(split);
    int first = patients.isEmpty() ? 0 : cache.first(split, 0);
    return WeightedSlices.of(patients, first, options.seed(), options.dataSubset());
  }
}
