package org.ldctbench.train;

import org.ldctbench.engine.Engine;
import org.ldctbench.engine.ImageQuality;
import org.ldctbench.engine.PatchPlan;
import org.ldctbench.metrics.QualityMean;

/** How good the low-dose images are before any denoising: what a network has to beat. */
public final class LowDoseBaseline {
  private LowDoseBaseline() {}

  /** Quality of the low-dose patches against the high-dose ones of an epoch's validation. */
  public static QualityMean of(Engine engine, Samples samples, int epoch) {
    PatchPlan plan = samples.epoch(epoch).validation();
    int images = plan.minibatches() * plan.mbs();
    double[] ssim = new double[images];
    double[] mse = new double[images];
    for (int batch = 0; batch < plan.minibatches(); batch++) {
      PatchPlan part = plan.slice(batch, batch + 1);
      ImageQuality quality =
          engine.imageQuality(
              samples.highDose(part),
              samples.lowDose(part),
              plan.mbs(),
              plan.rows(),
              plan.columns(),
              QualityMean.CLIP,
              QualityMean.DATA_RANGE);
      System.arraycopy(quality.ssim(), 0, ssim, batch * plan.mbs(), plan.mbs());
      System.arraycopy(quality.mse(), 0, mse, batch * plan.mbs(), plan.mbs());
    }
    return QualityMean.of(new ImageQuality(ssim, mse), plan.mbs());
  }
}
