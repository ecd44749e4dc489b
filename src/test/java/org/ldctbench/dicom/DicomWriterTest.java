package org.ldctbench.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DicomWriterTest {
  @TempDir private Path temporary;

  @Test
  void ourReaderGetsThePixelsBack() throws IOException {
    short[] pixels = {0, 1, 1024, 4095, 17, 255, 256, 2048, 3000, 5, 6, 7};
    Path file = temporary.resolve("slice.dcm");
    Files.write(file, written(image(3, 4, pixels)));
    CtSlice slice = DicomReader.read(file);
    assertEquals(3, slice.rows());
    assertEquals(4, slice.columns());
    assertEquals(12, slice.bitsStored());
    assertFalse(slice.signed());
    assertArrayEquals(pixels, slice.pixels());
    assertEquals(1.0, slice.rescaleSlope());
    assertEquals(-1024.0, slice.rescaleIntercept());
  }

  @Test
  void elementsStandInOrderWithEvenLengths() throws IOException {
    Map<Integer, byte[]> elements = elements(written(image(1, 2, new short[] {1, 2})));
    int previous = -1;
    for (Map.Entry<Integer, byte[]> element : elements.entrySet()) {
      String tag = Integer.toHexString(element.getKey());
      assertTrue(Integer.compareUnsigned(previous, element.getKey()) < 0 || previous == -1, tag);
      assertEquals(0, element.getValue().length % 2, tag);
      previous = element.getKey();
    }
  }

  @Test
  void whatTheCtImageModulesRequireIsThere() throws IOException {
    Map<Integer, byte[]> elements = elements(written(image(1, 2, new short[] {1, 2})));
    assertEquals("1.2.840.10008.1.2.1", text(elements, 0x00020010));
    assertEquals(text(elements, 0x00020003), text(elements, 0x00080018));
    assertEquals("CT", text(elements, 0x00080060));
    assertEquals("C001", text(elements, 0x00100020));
    assertEquals("20220101", text(elements, 0x00080020));
    assertEquals("0.7\\0.7", text(elements, 0x00280030).replace("00000", ""));
    assertEquals("-0.350000\\0\\12.500000", text(elements, 0x00200032));
    assertEquals("1\\0\\0\\0\\1\\0", text(elements, 0x00200037));
    assertEquals("2.25.2", text(elements, 0x0020000D));
    assertEquals("2.25.4", text(elements, 0x0020000E));
    assertEquals("2.25.3", text(elements, 0x00200052));
    for (int tag : new int[] {0x00080050, 0x00080090, 0x00100030, 0x00100040, 0x00201040}) {
      assertEquals("", text(elements, tag), Integer.toHexString(tag));
    }
  }

  @ParameterizedTest
  @ValueSource(shorts = {-1, 4096})
  void valuesOutsideTwelveBitsAreRefused(short value) {
    CtImage image = image(1, 1, new short[] {value});
    assertThrows(IllegalArgumentException.class, () -> written(image));
  }

  @Test
  void pixelsMustFillTheImage() {
    assertThrows(IllegalArgumentException.class, () -> written(image(2, 2, new short[3])));
  }

  private static CtImage image(int rows, int columns, short[] pixels) {
    CtImage.Study study =
        new CtImage.Study("C001", LocalDate.of(2022, 1, 1), "test", "2.25.2", "2.25.3");
    return new CtImage(
        study,
        "2.25.4",
        "Low Dose Images",
        false,
        "2.25.5",
        1,
        rows,
        columns,
        0.7,
        5,
        12.5,
        new CtImage.Window(40, 400),
        pixels);
  }

  private static byte[] written(CtImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DicomWriter.write(out, image);
    return out.toByteArray();
  }

  private static String text(Map<Integer, byte[]> elements, int tag) {
    return new String(elements.get(tag), StandardCharsets.ISO_8859_1).replace('\0', ' ').strip();
  }

  private static Map<Integer, byte[]> elements(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(132);
    Map<Integer, byte[]> elements = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      int tag = (in.getShort() & 0xffff) << 16 | (in.getShort() & 0xffff);
      String vr = "" + (char) in.get() + (char) in.get();
      int length = in.getShort() & 0xffff;
      byte[] value = new byte[vr.equals("OB") || vr.equals("OW") ? in.getInt() : length];
      in.get(value);
      elements.put(tag, value);
    }
    return elements;
  }
}
