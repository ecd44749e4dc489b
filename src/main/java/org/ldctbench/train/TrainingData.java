package org.ldctbench.train;

import java.util.EnumSet;
import java.util.Map;
import java.util.function.IntFunction;
import org.ldctbench.common.Progress;
import org.ldctbench.config.TrainArguments;
import org.ldctbench.data.EpochPlan;
import org.ldctbench.data.Normalization;
import org.ldctbench.data.Sampler;
import org.ldctbench.data.SamplerOptions;
import org.ldctbench.data.SliceCache;
import org.ldctbench.data.Split;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.SliceTable;

/** Training and validation slices of a data set, open in an engine for any number of runs. */
public final class TrainingData implements AutoCloseable {
  private final DataSource source;
  private final SliceCache cache;
  private final Dataset dataset;

  private TrainingData(DataSource source, SliceCache cache, Dataset dataset) {
    this.source = source;
    this.cache = cache;
    this.dataset = dataset;
  }

  /**
   * Builds the slice cache where needed and hands it to the engine. Close this before the engine.
   *
   * @param environment says where caches are kept
   * @throws org.ldctbench.common.UserException DATA or OUTPUT
   */
  public static TrainingData open(
      DataSource source,
      Engine engine,
      Map<String, String> environment,
      Progress.Factory progress) {
    SliceCache cache =
        SliceCache.open(
            source.info(),
            source.folder(),
            EnumSet.of(Split.TRAIN, Split.VAL),
            SliceCache.defaultFolder(environment),
            Runtime.getRuntime().availableProcessors(),
            progress);
    try {
      return new TrainingData(source, cache, engine.open(cache.table()));
    } catch (RuntimeException e) {
      cache.close();
      throw e;
    }
  }

  public DataSource source() {
    return source;
  }

  /** See {@link SliceCache#unusualRescale}. */
  public int unusualRescale() {
    return cache.unusualRescale();
  }

  /**
   * What a run with these arguments draws.
   *
   * @throws org.ldctbench.common.UserException DATA if its patches do not fit the data set
   */
  public Samples samples(TrainArguments arguments) {
    Sampler sampler =
        new Sampler(
            source.info(),
            cache,
            new SamplerOptions(
                arguments.seed(),
                arguments.dataSubset(),
                arguments.patchSize(),
                arguments.evalPatchSize(),
                arguments.mbs(),
                arguments.iterationsBeforeVal()));
    PixelScale scale = Normalization.named(arguments.dataNorm()).scale(source.info());
    return new Drawn(sampler, scale);
  }

  @Override
  public void close() {
    dataset.close();
    cache.close();
  }

  private final class Drawn implements Samples {
    private final Sampler sampler;
    private final PixelScale scale;

    Drawn(Sampler sampler, PixelScale scale) {
      this.sampler = sampler;
      this.scale = scale;
    }

    @Override
    public Dataset dataset() {
      return dataset;
    }

    @Override
    public PixelScale scale() {
      return scale;
    }

    @Override
    public EpochPlan epoch(int epoch) {
      return sampler.epoch(epoch);
    }

    @Override
    public float[] lowDose(PatchPlan plan) {
      return crops(plan, cache::low);
    }

    @Override
    public float[] highDose(PatchPlan plan) {
      return crops(plan, cache::high);
    }

    private float[] crops(PatchPlan plan, IntFunction<float[]> read) {
      int[] windows = plan.windows();
      float[] crops = new float[windows.length / 3 * plan.rows() * plan.columns()];
      int next = 0;
      for (int w = 0; w < windows.length; w += 3) {
        float[] image = read.apply(windows[w]);
        SliceTable.Slice slice = cache.table().slices().get(windows[w]);
        for (int r = 0; r < plan.rows(); r++) {
          int from = (windows[w + 1] + r) * slice.columns() + windows[w + 2];
          System.arraycopy(image, from, crops, next, plan.columns());
          next += plan.columns();
        }
      }
      return crops;
    }
  }
}
