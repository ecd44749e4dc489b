package org.ldctbench.simulate;

/**
 * A slice to make a full-dose and a low-dose image of.
 *
 * @param hounsfield {@code size * size} values in HU, row by row
 * @param pixelSpacing width of a pixel in millimetres
 * @param thickness in millimetres
 * @param z height in millimetres
 * @param measured whether the image has the noise of a full-dose scan already
 */
record SourceSlice(
    float[] hounsfield,
    int size,
    double pixelSpacing,
    double thickness,
    double z,
    boolean measured) {}
