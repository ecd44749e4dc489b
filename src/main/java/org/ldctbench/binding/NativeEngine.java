package org.ldctbench.binding;

import java.util.Map;
import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.binding.nativelib.ldct_engine;
import org.ldctbench.binding.nativelib.ldct_engine_options;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Optimizer;
import org.ldctbench.engine.PixelScale;
import org.ldctbench.engine.Precision;
import org.ldctbench.engine.SliceTable;
import org.ldctbench.engine.Trainer;

/** An engine behind {@code ldct.h}. */
final class NativeEngine implements Engine {
  private static final int SSIM_WINDOW = 7;

  private final String name;
  private final String description;
  private final Kernels choice;
  private final Map<Precision, String> kernels;
  private final Handle<ldct_engine> handle;

  /**
   * @param backend of {@code ldct.h}
   * @param threads of the CPU engine, 0 = one a core
   * @param device CUDA ordinal
   * @param choice whose kernels trainers run
   * @param kernels implementation of each precision that there is one for
   */
  NativeEngine(
      String name,
      int backend,
      int threads,
      int device,
      Kernels choice,
      String description,
      Map<Precision, String> kernels) {
    this.name = name;
    this.description = description;
    this.choice = choice;
    this.kernels = Map.copyOf(kernels);
    ldct_engine engine = new ldct_engine();
    try (ldct_engine_options options = new ldct_engine_options()) {
      options.backend(backend).threads(threads).device(device);
      Status.check(Ldct.ldct_engine_open(options, engine));
    }
    handle = new Handle<>("engine", engine, Ldct::ldct_engine_close);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Dataset open(SliceTable table) {
    return handle.call(engine -> new NativeDataset(engine, table));
  }

  @Override
  public Trainer createTrainer(Optimizer optimizer, Precision precision, PixelScale scale) {
    return handle.call(engine -> new NativeTrainer(engine, optimizer, precision, scale, choice));
  }

  @Override
  public ImageQuality imageQuality(
      float[] target,
      float[] prediction,
      int count,
      int rows,
      int columns,
      Clip clip,
      double dataRange) {
    requirePairs(target, prediction, count, rows, columns);
    Clip bounds = clip == null ? new Clip(1, 0) : clip;
    double[] ssim = new double[count];
    double[] mse = new double[count];
    return handle.call(
        engine -> {
          Status.check(
              Ldct.ldct_image_quality(
                  engine,
                  target,
                  prediction,
                  count,
                  rows,
                  columns,
                  bounds.low(),
                  bounds.high(),
                  dataRange,
                  ssim,
                  mse));
          return new ImageQuality(ssim, mse);
        });
  }

  private static void requirePairs(
      float[] target, float[] prediction, int count, int rows, int columns) {
    int length = Require.images(count, rows, columns);
    Require.length("the target", target.length, length);
    Require.length("the prediction", prediction.length, length);
    if (rows < SSIM_WINDOW || columns < SSIM_WINDOW) {
      throw new EngineException(
          EngineException.Cause.INVALID_ARGUMENT, "SSIM needs at least 7 rows and columns");
    }
  }

  @Override
  public double measureSsim(
      float[] target,
      float[] prediction,
      int count,
      int rows,
      int columns,
      double dataRange,
      int runs) {
    requirePairs(target, prediction, count, rows, columns);
    double[] milliseconds = new double[1];
    return handle.call(
        engine -> {
          Status.check(
              Ldct.ldct_measure_ssim(
                  engine, target, prediction, count, rows, columns, dataRange, runs, milliseconds));
          return milliseconds[0];
        });
  }

  @Override
  public String kernel(Precision precision) {
    String kernel = kernels.get(precision);
    if (kernel == null) {
      throw new EngineException(
          EngineException.Cause.UNSUPPORTED,
          "the " + name + " engine cannot compute in " + precision.label() + " here");
    }
    return kernel;
  }

  @Override
  public double measurePeak(Precision precision) {
    double[] gflops = new double[1];
    return handle.call(
        engine -> {
          Status.check(Ldct.ldct_measure_peak(engine, NativeTrainer.code(precision), gflops));
          return gflops[0];
        });
  }

  @Override
  public void close() {
    handle.close();
  }
}
