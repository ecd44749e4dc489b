package org.ldctbench.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;
import org.ldctbench.engine.Engine;

/**
 * What every row of a report says about where it came from.
 *
 * @param device the engine in its own words; null if it computes on the CPU
 */
public record Machine(
    @JsonInclude(JsonInclude.Include.NON_NULL) String device,
    String cpu,
    String commit,
    String date) {
  public static Machine here() {
    return new Machine(
        null, cpuModel(), findCommit(), LocalDate.now(java.time.ZoneId.systemDefault()).toString());
  }

  public static Machine with(Engine engine) {
    Machine here = here();
    String device = engine.name().equals("cpu") ? null : engine.description();
    return new Machine(device, here.cpu, here.commit, here.date);
  }

  private static String cpuModel() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Commit of the source checkout that this program stands in, else its version. */
  private static String findCommit() {
    String version = Machine.class.getPackage().getImplementationVersion();
    try {
      Path code =
          Path.of(Machine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=10")
              .directory(code.getParent().toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
      if (git.waitFor(5, TimeUnit.SECONDS) && git.exitValue() == 0 && !answer.isEmpty()) {
        return answer;
      }
    } catch (IOException | java.net.URISyntaxException e) {
      // No git, or not a checkout: the version says enough.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return version == null ? "unknown" : version;
  }
}
