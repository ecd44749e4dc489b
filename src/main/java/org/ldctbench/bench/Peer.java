package org.ldctbench.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Another framework in a process of its own, spoken to in JSON lines (bench/peers/README.md). */
final class Peer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Process process;
  private final BufferedWriter requests;
  private final BufferedReader answers;
  private final Path errors;

  private Peer(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    requests = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts {@code <name>_<task>.py} of the scripts folder. */
  static Peer start(String name, String task, Path scripts, String python) {
    Path script = scripts.resolve(name + "_" + task + ".py");
    if (!Files.isRegularFile(script)) {
      throw new UserException(ExitCode.USAGE, "no peer '" + name + "': there is no " + script);
    }
    try {
      Path errors = Files.createTempFile("ldctbench-peer-", ".txt");
      errors.toFile().deleteOnExit();
      Process process =
          new ProcessBuilder(python, script.toString()).redirectError(errors.toFile()).start();
      return new Peer(name, process, errors);
    } catch (IOException e) {
      throw new UserException(
          ExitCode.USAGE, "peer '" + name + "': " + python + " does not start; give --python", e);
    }
  }

  /** What a peer answered about a case. */
  record Opened(List<Setting> settings, JsonNode skipped) {}

  Opened open(ObjectNode request) {
    JsonNode answer = ask(request);
    String framework = answer.path("framework").asText();
    List<Setting> settings = new ArrayList<>();
    answer
        .path("settings")
        .properties()
        .forEach(
            one -> {
              double value = one.getValue().asDouble(Double.NaN);
              settings.add(new Setting(framework, one.getKey(), value));
            });
    return new Opened(settings, answer.path("skipped"));
  }

  private void send(String line) {
    try {
      requests.write(line);
      requests.newLine();
      requests.flush();
    } catch (IOException e) {
      // The peer has ended; what it said last tells why.
    }
  }

  private JsonNode ask(JsonNode request) {
    try {
      send(JSON.writeValueAsString(request));
      String line = answers.readLine();
      if (line == null) {
        throw new UserException(
            ExitCode.USAGE, "peer '" + name + "' ended without an answer" + lastWords());
      }
      JsonNode answer = JSON.readTree(line);
      if (answer.has("error")) {
        throw new UserException(
            ExitCode.USAGE, "peer '" + name + "': " + answer.get("error").asText());
      }
      return answer;
    } catch (IOException e) {
      throw new UserException(
          ExitCode.USAGE, "peer '" + name + "' cannot be reached: " + e.getMessage(), e);
    }
  }

  /** The last line that it wrote to standard error. */
  private String lastWords() {
    try {
      String all = Files.readString(errors, StandardCharsets.ISO_8859_1).strip();
      return all.isEmpty() ? "" : ": " + all.substring(all.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    process.destroy();
    errors.toFile().delete();
  }

  /** One way in which a peer can run a case. */
  final class Setting implements Contender {
    private final String framework;
    private final String setting;
    private final double value;

    Setting(String framework, String setting, double value) {
      this.framework = framework;
      this.setting = setting;
      this.value = value;
    }

    /** The number that it came to; NaN where there is none. */
    double value() {
      return value;
    }

    @Override
    public String framework() {
      return framework;
    }

    @Override
    public String kernel() {
      return setting;
    }

    @Override
    public double run(int times) {
      ObjectNode request = JSON.createObjectNode();
      request.put("do", "run");
      request.put("setting", setting);
      request.put("steps", times);
      double ms = ask(request).path("ms").asDouble();
      if (!(ms > 0 && ms < Double.POSITIVE_INFINITY)) {
        throw new UserException(
            ExitCode.USAGE, "peer '" + name + "' measured " + ms + " ms with " + setting);
      }
      return ms;
    }
  }
}
