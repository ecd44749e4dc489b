package org.ldctbench.engine;

/**
 * Affine map between stored pixel values and the scale that the network sees, in float32: {@code
 * normalised = (stored - offset) / scale}, {@code stored = normalised * scale + offset}.
 *
 * @param scale positive
 */
public record PixelScale(float offset, float scale) {}
