package org.ldctbench.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

class DicomReaderTest {
  private static final Path REAL_CT = Path.of("../shared/data/ct-sbu");

  @TempDir Path folder;

  static Stream<Fixtures.Fixture> goodFiles() {
    return Fixtures.all().stream().filter(Fixtures.Fixture::isGood);
  }

  static Stream<Fixtures.Fixture> badFiles() {
    return Fixtures.all().stream().filter(fixture -> !fixture.isGood());
  }

  static boolean realCtIsHere() {
    return Files.isDirectory(REAL_CT);
  }

  @ParameterizedTest
  @MethodSource("goodFiles")
  void everyValueAndTagEqualsWhatPydicomReads(Fixtures.Fixture fixture) throws IOException {
    CtSlice slice = DicomReader.read(file(fixture));
    JsonNode expected = fixture.expected();
    assertEquals(expected.get("rows").asInt(), slice.rows());
    assertEquals(expected.get("columns").asInt(), slice.columns());
    assertEquals(expected.get("bits_stored").asInt(), slice.bitsStored());
    assertEquals(expected.get("signed").asBoolean(), slice.signed());
    assertEquals(number(expected.get("slope")), slice.rescaleSlope());
    assertEquals(number(expected.get("intercept")), slice.rescaleIntercept());
    Double padding = number(expected.get("padding"));
    assertEquals(
        padding == null ? null : Integer.valueOf(padding.intValue()), slice.pixelPadding());
    assertEquals(expected.get("patient").asText(), slice.patientId());
    JsonNode pixels = expected.get("pixels");
    assertEquals(slice.rows() * slice.columns(), pixels.size());
    assertArrayEquals(
        IntStream.range(0, pixels.size()).map(i -> pixels.get(i).asInt()).toArray(),
        IntStream.range(0, pixels.size()).map(slice::stored).toArray());
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void whatCannotBeReadIsRefusedNamingFileAndReason(Fixtures.Fixture fixture) throws IOException {
    Path file = file(fixture);
    UserException refused = assertThrows(UserException.class, () -> DicomReader.read(file));
    assertEquals(ExitCode.DATA, refused.code());
    assertTrue(refused.getMessage().startsWith(file + ": "), refused.getMessage());
    for (JsonNode says : fixture.expected().get("refused")) {
      assertTrue(refused.getMessage().contains(says.asText()), refused.getMessage());
    }
  }

  @Test
  void aMissingFileAndAFolderAreNamed() {
    for (Path path : List.of(folder.resolve("none.dcm"), folder)) {
      UserException refused = assertThrows(UserException.class, () -> DicomReader.read(path));
      assertEquals(ExitCode.DATA, refused.code());
      assertTrue(refused.getMessage().startsWith(path + ": "), refused.getMessage());
    }
  }

  @Test
  @EnabledIf("realCtIsHere")
  void realSlicesOfTwoManufacturersEqualPydicomsPixels() throws IOException {
    String table = new String(Fixtures.resource("ct-sbu.sha256"), StandardCharsets.US_ASCII);
    List<String> lines = table.lines().toList();
    assertEquals(16, lines.size());
    for (String line : lines) {
      String name = line.substring(line.indexOf(' ') + 1);
      CtSlice slice = DicomReader.read(REAL_CT.resolve(name));
      assertTrue(slice.signed(), name);
      ByteBuffer bytes =
          ByteBuffer.allocate(2 * slice.pixels().length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asShortBuffer().put(slice.pixels());
      assertEquals(line, sha256(bytes.array()) + " " + name);
    }
  }

  private Path file(Fixtures.Fixture fixture) throws IOException {
    return Files.write(folder.resolve(fixture.name() + ".dcm"), fixture.content());
  }

  private static Double number(JsonNode value) {
    return value.isNull() ? null : Double.valueOf(value.asDouble());
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
