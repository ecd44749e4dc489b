package org.ldctbench.engine;

/**
 * Result of one validation pass.
 *
 * @param losses {@code [batches]}, mean squared error on the normalised scale
 * @param quality {@code [batches * mbs]}, on the stored scale after clipping
 */
public record Validation(float[] losses, ImageQuality quality) {}
