package org.ldctbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Reads JSON lines that a user gives as a file, or on standard input as "-". */
final class JsonInput {
  /** Python writes a diverged value as {@code NaN}. */
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private JsonInput() {}

  /** Non-empty lines; a missing file is the user's error. */
  static List<String> lines(String file) throws IOException {
    List<String> all;
    if (file.equals("-")) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      all = in.lines().toList();
    } else if (Files.isRegularFile(Path.of(file))) {
      all = Files.readAllLines(Path.of(file));
    } else {
      throw new UserException(ExitCode.CONFIG, file + ": no such file; - reads standard input");
    }
    return all.stream().filter(line -> !line.isBlank()).toList();
  }

  static Map<String, Object> object(String line) {
    return parse(line, new TypeReference<>() {}, "object");
  }

  /** Objects one a line, or one array of anything over any number of lines. */
  static List<Object> objects(String file) throws IOException {
    List<String> lines = lines(file);
    if (!lines.isEmpty() && lines.get(0).stripLeading().startsWith("[")) {
      return parse(String.join("\n", lines), new TypeReference<>() {}, "array");
    }
    List<Object> objects = new ArrayList<>();
    lines.forEach(line -> objects.add(object(line)));
    return objects;
  }

  private static <T> T parse(String text, TypeReference<T> type, String what) {
    try {
      return JSON.readValue(text, type);
    } catch (JsonProcessingException e) {
      String begin = text.lines().findFirst().orElse("");
      throw new UserException(
          ExitCode.CONFIG, "not a JSON " + what + ": " + e.getOriginalMessage() + ": " + begin, e);
    }
  }
}
