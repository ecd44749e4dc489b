package org.ldctbench.dicom;

import java.util.Map;

/** How a data set and its pixels are written (DICOM PS3.5, section 10 and annex A). */
enum TransferSyntax {
  IMPLICIT_LITTLE("1.2.840.10008.1.2", false, false),
  EXPLICIT_LITTLE("1.2.840.10008.1.2.1", true, false),
  DEFLATED("1.2.840.10008.1.2.1.99", true, false),
  EXPLICIT_BIG("1.2.840.10008.1.2.2", true, true),
  RLE("1.2.840.10008.1.2.5", true, false);

  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("1.2.840.10008.1.2.4.50", "JPEG Baseline"),
          Map.entry("1.2.840.10008.1.2.4.51", "JPEG Extended"),
          Map.entry("1.2.840.10008.1.2.4.57", "JPEG Lossless"),
          Map.entry("1.2.840.10008.1.2.4.70", "JPEG Lossless SV1"),
          Map.entry("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless"),
          Map.entry("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless"),
          Map.entry("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless"),
          Map.entry("1.2.840.10008.1.2.4.91", "JPEG 2000"),
          Map.entry("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless"),
          Map.entry("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000"));

  final String uid;
  final boolean explicit;
  final boolean bigEndian;

  TransferSyntax(String uid, boolean explicit, boolean bigEndian) {
    this.uid = uid;
    this.explicit = explicit;
    this.bigEndian = bigEndian;
  }

  /** The syntax of that UID. */
  static TransferSyntax of(String uid) {
    for (TransferSyntax syntax : values()) {
      if (syntax.uid.equals(uid)) {
        return syntax;
      }
    }
    String name = REFUSED.getOrDefault(uid, "an unknown encoding");
    throw new DicomException(
        "transfer syntax "
            + name
            + " ("
            + uid
            + ") is not supported; decompress it first, for instance with 'gdcmconv --raw IN OUT'");
  }
}
