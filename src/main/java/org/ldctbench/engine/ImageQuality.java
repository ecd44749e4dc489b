package org.ldctbench.engine;

/** SSIM and mean squared error, one number an image. */
public record ImageQuality(double[] ssim, double[] mse) {}
