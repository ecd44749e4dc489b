package org.ldctbench.train;

import java.util.List;
import org.ldctbench.metrics.EpochRecord;

/** Finds the epoch whose network is kept. */
final class BestEpoch {
  private BestEpoch() {}

  /** The first epoch with the largest SSIM, NaN aside; -1 if there is none. */
  static int of(List<EpochRecord> epochs) {
    int best = -1;
    for (int i = 0; i < epochs.size(); i++) {
      double ssim = epochs.get(i).ssim();
      if (!Double.isNaN(ssim) && (best < 0 || ssim > epochs.get(best).ssim())) {
        best = i;
      }
    }
    return best;
  }
}
