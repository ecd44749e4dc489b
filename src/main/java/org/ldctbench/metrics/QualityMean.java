package org.ldctbench.metrics;

import org.ldctbench.engine.Engine;
import org.ldctbench.engine.ImageQuality;

/**
 * SSIM, PSNR and RMSE of validation images as training reports them: computed per image, averaged
 * over the images of a batch, then over the batches.
 */
public record QualityMean(double ssim, double psnr, double rmse) {
  /** Upper end of the clipped value range, which is also the data range of SSIM and PSNR. */
  public static final double DATA_RANGE = 2924;

  /** Both images are clipped to this before they are compared. */
  public static final Engine.Clip CLIP = new Engine.Clip(0, (float) DATA_RANGE);

  private static final double PSNR_EPSILON = 1e-8;

  /**
   * @param quality of whole batches
   * @param mbs images of a batch
   */
  public static QualityMean of(ImageQuality quality, int mbs) {
    int count = quality.ssim().length;
    if (count == 0 || count % mbs != 0) {
      throw new IllegalArgumentException(count + " images are no whole batches of " + mbs);
    }
    double ssim = 0;
    double psnr = 0;
    double rmse = 0;
    for (int first = 0; first < count; first += mbs) {
      double batchSsim = 0;
      double batchPsnr = 0;
      double batchRmse = 0;
      for (int i = first; i < first + mbs; i++) {
        batchSsim += quality.ssim()[i];
        batchPsnr += psnr(quality.mse()[i]);
        batchRmse += Math.sqrt(quality.mse()[i]);
      }
      ssim += batchSsim / mbs;
      psnr += batchPsnr / mbs;
      rmse += batchRmse / mbs;
    }
    int batches = count / mbs;
    return new QualityMean(ssim / batches, psnr / batches, rmse / batches);
  }

  /** In dB; 149.3 for identical images. */
  static double psnr(double mse) {
    return 10 * Math.log10(DATA_RANGE * DATA_RANGE / (mse + PSNR_EPSILON));
  }
}
