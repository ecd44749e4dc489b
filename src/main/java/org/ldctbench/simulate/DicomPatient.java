package org.ldctbench.simulate;

import java.nio.file.Path;
import java.util.List;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;

/** Full-dose slices of one patient in DICOM files. */
record DicomPatient(Anatomy anatomy, List<Path> files) implements SourcePatient {
  /** Of slices that do not say theirs: a field of view of 384 mm in 512 pixels. */
  private static final double FIELD_OF_VIEW = 384;

  private static final double THICKNESS = 5;

  DicomPatient {
    files = List.copyOf(files);
  }

  @Override
  public int slices() {
    return files.size();
  }

  /** Values in HU through the rescale slope and intercept. */
  @Override
  public SourceSlice slice(int index) {
    CtSlice slice = DicomReader.read(files.get(index));
    double slope = slice.rescaleSlope() == null ? 1 : slice.rescaleSlope();
    double intercept = slice.rescaleIntercept() == null ? -1024 : slice.rescaleIntercept();
    float[] hounsfield = new float[slice.rows() * slice.columns()];
    for (int i = 0; i < hounsfield.length; i++) {
      hounsfield[i] = (float) (slice.stored(i) * slope + intercept);
    }
    return new SourceSlice(
        hounsfield, slice.rows(), pixelSpacing(slice), THICKNESS, index * THICKNESS, true);
  }

  private static double pixelSpacing(CtSlice slice) {
    Double stated = slice.pixelSpacing();
    boolean plausible = stated != null && stated > 0.05 && stated < 20;
    return plausible ? stated : FIELD_OF_VIEW / slice.rows();
  }
}
