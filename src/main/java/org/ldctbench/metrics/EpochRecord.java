package org.ldctbench.metrics;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is logged once per epoch.
 *
 * @param iteration iterations done when the epoch ended
 * @param trainLoss mean of the minibatch losses, normalised scale
 * @param valLoss mean of the validation batches' losses, normalised scale
 * @param ssim mean over the validation patches
 * @param psnr in dB
 * @param rmse in HU
 */
public record EpochRecord(
    long iteration, double trainLoss, double valLoss, double ssim, double psnr, double rmse) {
  /** Under the names that the original logs. */
  public Map<String, Double> byName() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss (train)", trainLoss);
    values.put("loss (val)", valLoss);
    values.put("SSIM", ssim);
    values.put("PSNR", psnr);
    values.put("RMSE", rmse);
    return values;
  }
}
