package org.ldctbench.dicom;

import java.time.LocalDate;

/**
 * What {@link DicomWriter} writes: one axial slice of a CT series.
 *
 * @param original whether the image is a scan's own (ORIGINAL) or computed from another (DERIVED)
 * @param instanceNumber position in the series, from 1
 * @param pixelSpacing width and height of a pixel in millimetres
 * @param sliceThickness in millimetres
 * @param z height of the slice in millimetres
 * @param window centre and width for display, in HU
 * @param pixels stored values HU + 1024 in 0..4095, row by row
 */
public record CtImage(
    Study study,
    String seriesUid,
    String seriesDescription,
    boolean original,
    String instanceUid,
    int instanceNumber,
    int rows,
    int columns,
    double pixelSpacing,
    double sliceThickness,
    double z,
    Window window,
    short[] pixels) {

  /** What all series of one examination share. */
  public record Study(
      String patientId,
      LocalDate date,
      String description,
      String studyUid,
      String frameOfReferenceUid) {}

  /** A display window in HU. */
  public record Window(double centre, double width) {}
}
