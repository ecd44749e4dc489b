package org.ldctbench.engine;

/**
 * Does the arithmetic on one device. Close its datasets and trainers before it. Different trainers
 * of one engine may be used by different threads; a single one by one thread at a time.
 */
public interface Engine extends AutoCloseable {
  /** {@code cpu} or {@code cuda}. */
  String name();

  /** One line for people: device, threads, the implementation in use. */
  String description();

  /** Opens a data set; its file must not change until it is closed. */
  Dataset open(SliceTable table);

  Trainer createTrainer(Optimizer optimizer, Precision precision, PixelScale scale);

  /**
   * SSIM and mean squared error of image pairs.
   *
   * @param target {@code [count][rows][columns]}
   * @param prediction like target
   * @param clip both images are clipped to its bounds first; null = no clipping
   * @param dataRange of SSIM (K1 0.01, K2 0.03, 7x7 uniform window, sample covariance, border of 3
   *     cropped)
   */
  ImageQuality imageQuality(
      float[] target,
      float[] prediction,
      int count,
      int rows,
      int columns,
      Clip clip,
      double dataRange);

  /** Name of the implementation that computes in a precision, such as {@code avx512}. */
  String kernel(Precision precision);

  /**
   * Arithmetic limit in GFLOP/s, measured now in about a tenth of a second: what the units that the
   * kernels of this precision use reach when they do nothing but multiply and add, which counts as
   * two.
   */
  double measurePeak(Precision precision);

  /**
   * Milliseconds that SSIM of all image pairs takes where they lie in the engine's memory already:
   * on a GPU without their way over the bus.
   *
   * @param target {@code [count][rows][columns]}
   * @param prediction like target
   * @param runs of which the mean is taken, at least 1
   */
  double measureSsim(
      float[] target,
      float[] prediction,
      int count,
      int rows,
      int columns,
      double dataRange,
      int runs);

  @Override
  void close();

  /** Closed interval of pixel values. */
  record Clip(float low, float high) {}
}
