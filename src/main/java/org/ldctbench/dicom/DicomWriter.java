package org.ldctbench.dicom;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes CT slices as DICOM Part 10 files: CT Image Storage, Explicit VR Little Endian, 12 of 16
 * bits, rescale slope 1 and intercept -1024, with every attribute of type 1 or 2 that the CT image
 * module list asks for (PS3.3 A.3).
 */
public final class DicomWriter {
  private static final String CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";
  private static final String EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
  private static final String IMPLEMENTATION_UID = "2.25.221650387240154178366293850715392284160";
  private static final String IMPLEMENTATION_NAME = "LDCTBENCH";

  private DicomWriter() {}

  /**
   * @throws IllegalArgumentException if the pixels do not fill the image or leave 0..4095
   * @throws IOException from {@code out}
   */
  public static void write(OutputStream out, CtImage image) throws IOException {
    out.write(new byte[128]);
    out.write("DICM".getBytes(StandardCharsets.US_ASCII));
    byte[] meta = meta(image);
    out.write(new Elements().unsigned(0x00020000, "UL", meta.length).bytes());
    out.write(meta);
    out.write(attributes(image));
    out.write(pixelData(image));
  }

  private static byte[] meta(CtImage image) {
    return new Elements()
        .put(0x00020001, "OB", new byte[] {0, 1})
        .text(0x00020002, "UI", CT_IMAGE_STORAGE)
        .text(0x00020003, "UI", image.instanceUid())
        .text(0x00020010, "UI", EXPLICIT_LITTLE_ENDIAN)
        .text(0x00020012, "UI", IMPLEMENTATION_UID)
        .text(0x00020013, "SH", IMPLEMENTATION_NAME)
        .bytes();
  }

  private static byte[] attributes(CtImage image) {
    CtImage.Study study = image.study();
    String date = study.date().format(DateTimeFormatter.BASIC_ISO_DATE);
    String corner = decimal(-image.pixelSpacing() * (image.columns() - 1) / 2);
    String top = decimal(-image.pixelSpacing() * (image.rows() - 1) / 2);
    String spacing = decimal(image.pixelSpacing());
    return new Elements()
        .text(0x00080005, "CS", "ISO_IR 100")
        .text(0x00080008, "CS", (image.original() ? "ORIGINAL" : "DERIVED") + "\\PRIMARY\\AXIAL")
        .text(0x00080016, "UI", CT_IMAGE_STORAGE)
        .text(0x00080018, "UI", image.instanceUid())
        .text(0x00080020, "DA", date)
        .text(0x00080021, "DA", date)
        .text(0x00080022, "DA", date)
        .text(0x00080023, "DA", date)
        .text(0x00080030, "TM", "120000")
        .text(0x00080033, "TM", "120000")
        .text(0x00080050, "SH", "")
        .text(0x00080060, "CS", "CT")
        .text(0x00080070, "LO", "ldctbench")
        .text(0x00080090, "PN", "")
        .text(0x00081030, "LO", study.description())
        .text(0x0008103E, "LO", image.seriesDescription())
        .text(0x00081090, "LO", "simulated")
        .text(0x00100010, "PN", "Simulated^" + study.patientId())
        .text(0x00100020, "LO", study.patientId())
        .text(0x00100030, "DA", "")
        .text(0x00100040, "CS", "")
        .text(0x00180050, "DS", decimal(image.sliceThickness()))
        .text(0x00180060, "DS", "120")
        .text(0x00181210, "SH", "HANN")
        .text(0x00185100, "CS", "HFS")
        .text(0x0020000D, "UI", study.studyUid())
        .text(0x0020000E, "UI", image.seriesUid())
        .text(0x00200010, "SH", "1")
        .text(0x00200011, "IS", "1")
        .text(0x00200012, "IS", "1")
        .text(0x00200013, "IS", Integer.toString(image.instanceNumber()))
        .text(0x00200032, "DS", corner + "\\" + top + "\\" + decimal(image.z()))
        .text(0x00200037, "DS", "1\\0\\0\\0\\1\\0")
        .text(0x00200052, "UI", study.frameOfReferenceUid())
        .text(0x00200060, "CS", "")
        .text(0x00201040, "LO", "")
        .text(0x00201041, "DS", decimal(image.z()))
        .unsigned(0x00280002, "US", 1)
        .text(0x00280004, "CS", "MONOCHROME2")
        .unsigned(0x00280010, "US", image.rows())
        .unsigned(0x00280011, "US", image.columns())
        .text(0x00280030, "DS", spacing + "\\" + spacing)
        .unsigned(0x00280100, "US", 16)
        .unsigned(0x00280101, "US", 12)
        .unsigned(0x00280102, "US", 11)
        .unsigned(0x00280103, "US", 0)
        .text(0x00281050, "DS", decimal(image.window().centre()))
        .text(0x00281051, "DS", decimal(image.window().width()))
        .text(0x00281052, "DS", "-1024")
        .text(0x00281053, "DS", "1")
        .text(0x00281054, "LO", "HU")
        .bytes();
  }

  private static byte[] pixelData(CtImage image) {
    short[] pixels = image.pixels();
    if (pixels.length != (long) image.rows() * image.columns()) {
      throw new IllegalArgumentException(
          pixels.length + " pixels for " + image.rows() + " x " + image.columns());
    }
    ByteBuffer values = ByteBuffer.allocate(2 * pixels.length).order(ByteOrder.LITTLE_ENDIAN);
    for (short pixel : pixels) {
      if (pixel < 0 || pixel > 4095) {
        throw new IllegalArgumentException("stored value " + pixel + " is not in 0..4095");
      }
      values.putShort(pixel);
    }
    return new Elements().put(0x7FE00010, "OW", values.array()).bytes();
  }

  /** Decimal strings have at most 16 characters. */
  private static String decimal(double value) {
    if (value == Math.rint(value)) {
      return Long.toString((long) value);
    }
    return String.format(Locale.ROOT, "%.6f", value);
  }

  /** Data elements one after the other. */
  private static final class Elements {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Elements text(int tag, String vr, String value) {
      byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
      byte[] even = Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
      if (even.length > bytes.length && !vr.equals("UI")) {
        even[bytes.length] = ' ';
      }
      return put(tag, vr, even);
    }

    Elements unsigned(int tag, String vr, int value) {
      int length = vr.equals("UL") ? 4 : 2;
      ByteBuffer bytes = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value);
      return put(tag, vr, Arrays.copyOf(bytes.array(), length));
    }

    Elements put(int tag, String vr, byte[] value) {
      boolean wide = vr.equals("OB") || vr.equals("OW");
      ByteBuffer head = ByteBuffer.allocate(wide ? 12 : 8).order(ByteOrder.LITTLE_ENDIAN);
      head.putShort((short) (tag >>> 16)).putShort((short) tag);
      head.put(vr.getBytes(StandardCharsets.US_ASCII));
      if (wide) {
        head.putShort((short) 0).putInt(value.length);
      } else {
        head.putShort((short) value.length);
      }
      out.writeBytes(head.array());
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
