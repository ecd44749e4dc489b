package org.ldctbench.dicom;

/**
 * One CT slice as stored in its file.
 *
 * @param bitsStored 1 to 16
 * @param signed whether the pixels are two's complement
 * @param pixels {@code [rows][columns]}; bits above bitsStored are masked off, or filled with the
 *     sign
 * @param rescaleSlope HU = stored * slope + intercept; null if absent
 * @param rescaleIntercept null if absent
 * @param pixelPadding stored value outside the field of view; null if absent
 * @param patientId empty if absent
 * @param pixelSpacing distance of pixels in millimetres (of rows, where the two differ); null if
 *     absent
 */
public record CtSlice(
    int rows,
    int columns,
    int bitsStored,
    boolean signed,
    short[] pixels,
    Double rescaleSlope,
    Double rescaleIntercept,
    Integer pixelPadding,
    String patientId,
    Double pixelSpacing) {

  /** Stored value of a pixel, by its index in row-major order. */
  public int stored(int index) {
    return signed ? pixels[index] : pixels[index] & 0xffff;
  }
}
