package org.ldctbench.dicom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Files that src/test/tools/dicom_fixtures.py made, and what pydicom reads from them. */
final class Fixtures {
  private Fixtures() {}

  /** A file's content and its expected facts; {@code refused} lists what the message must say. */
  record Fixture(String name, byte[] content, JsonNode expected) {
    boolean isGood() {
      return !expected.has("refused");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Fixture> all() {
    List<Fixture> fixtures = new ArrayList<>();
    try {
      new ObjectMapper()
          .readTree(resource("expected.json"))
          .properties()
          .forEach(
              entry ->
                  fixtures.add(
                      new Fixture(
                          entry.getKey(), resource(entry.getKey() + ".dcm"), entry.getValue())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return fixtures;
  }

  static byte[] resource(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
