package org.ldctbench.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.TimeUnit;

/** What every row of a report says about where it came from. */
public record Machine(String cpu, String commit, String date) {
  public static Machine here() {
    return new Machine(
        cpuModel(), findCommit(), LocalDate.now(java.time.ZoneId.systemDefault()).toString());
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
