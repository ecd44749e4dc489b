package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.ldctbench.common.UserException;
import org.ldctbench.npy.Npy;
import org.ldctbench.npy.NpyArray;
import picocli.CommandLine;

class DicomCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({"rle-12of16-signed, <i2", "big-16of16-unsigned, <u2", "deflated-8of8-signed, <i2"})
  void storedValuesAreWrittenAsPydicomReadsThem(String name, String type) throws IOException {
    Path npy = folder.resolve("out.npy");
    assertEquals(0, dump(fixture(name).toString(), "--npy", npy.toString()));
    assertEquals("", out.toString());
    NpyArray array = Npy.read(npy);
    assertArrayEquals(new int[] {7, 5}, array.shape());
    JsonNode pixels = expected().get(name).get("pixels");
    assertArrayEquals(
        IntStream.range(0, pixels.size()).mapToLong(i -> pixels.get(i).asLong()).toArray(),
        array.longs());
    String header = new String(Files.readAllBytes(npy), 10, 40, StandardCharsets.US_ASCII);
    assertTrue(header.startsWith("{'descr': '" + type + "', 'fortran_order': False"), header);
  }

  @Test
  void factsAreShownAsTextOrJson() throws IOException {
    assertEquals(0, dump(fixture("padding-signed").toString(), "--json"));
    JsonNode facts = new ObjectMapper().readTree(out.toString());
    assertEquals(
        "{\"patient_id\":\"X001\",\"rows\":7,\"columns\":5,\"bits_stored\":16,\"signed\":true,"
            + "\"rescale_slope\":0.5,\"rescale_intercept\":0.0,\"pixel_padding\":-2000",
        out.toString().substring(0, out.toString().indexOf(",\"minimum\"")));
    JsonNode pixels = expected().get("padding-signed").get("pixels");
    int[] values = IntStream.range(0, pixels.size()).map(i -> pixels.get(i).asInt()).toArray();
    assertEquals(IntStream.of(values).min().getAsInt(), facts.get("minimum").asInt());
    assertEquals(IntStream.of(values).max().getAsInt(), facts.get("maximum").asInt());

    out.getBuffer().setLength(0);
    assertEquals(0, dump(fixture("padding-unsigned-no-rescale").toString()));
    assertTrue(out.toString().contains(String.format("pixel_padding      63536%n")));
    assertTrue(out.toString().contains(String.format("rescale_slope      null%n")));
  }

  @Test
  void anUnreadableFileAndAnUnwritableOutputAreNamed() throws IOException {
    Path file = fixture("jpeg-ls");
    assertEquals(4, dump(file.toString()));
    assertTrue(err.toString().contains(file + ": transfer syntax JPEG-LS"), err.toString());
    Path nowhere = folder.resolve("no/folder.npy");
    assertEquals(6, dump(fixture("rle-runs").toString(), "--npy", nowhere.toString()));
    assertTrue(err.toString().contains(nowhere.toString()), err.toString());
  }

  private int dump(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "dump";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return new CommandLine(new DicomCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> {
              command.getErr().println(problem.getMessage());
              command.getErr().flush();
              return problem instanceof UserException user ? user.code().code() : 1;
            })
        .execute(all);
  }

  private Path fixture(String name) throws IOException {
    try (InputStream in = resource(name + ".dcm")) {
      return Files.write(folder.resolve(name + ".dcm"), in.readAllBytes());
    }
  }

  private static JsonNode expected() throws IOException {
    try (InputStream in = resource("expected.json")) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static InputStream resource(String name) {
    return DicomCommandTest.class.getResourceAsStream("/org/ldctbench/dicom/" + name);
  }
}
