package org.ldctbench.dicom;

/** What is wrong with a file's content; {@link DicomReader} adds the file's name. */
final class DicomException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DicomException(String message) {
    super(message);
  }
}
