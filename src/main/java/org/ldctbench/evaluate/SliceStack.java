package org.ldctbench.evaluate;

/**
 * Some slices of one examination as stored values (HU + 1024).
 *
 * @param stored {@code [count][rows][columns]}, not copied
 */
record SliceStack(float[] stored, int count, int rows, int columns) {}
