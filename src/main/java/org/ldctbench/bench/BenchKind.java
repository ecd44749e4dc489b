package org.ldctbench.bench;

import java.util.Locale;

/** What is measured, and how many operations it costs per pixel. */
public enum BenchKind {
  /** Forward, mean squared error, backward, Adam. */
  TRAIN_STEP(2 * (24416 + 24416 + 18432 + 800)),
  /** Forward only. */
  PREDICT(2 * 24416),
  /** SSIM of one pair; memory-bound, so no arithmetic rate is stated. */
  SSIM(0);

  private final double flopPerPixel;

  BenchKind(double flopPerPixel) {
    this.flopPerPixel = flopPerPixel;
  }

  /** Multiply and add count as two; the first layer needs no gradient of its input. */
  public double flopPerPixel() {
    return flopPerPixel;
  }

  /** As on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
