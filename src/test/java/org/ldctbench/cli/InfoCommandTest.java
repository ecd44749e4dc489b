package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ldctbench info} as a user calls it. */
class InfoCommandTest {
  @TempDir Path folder;

  private String info(String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = "info";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    CommandLineProcess.Result result = new CommandLineProcess(folder, Map.of()).run(command);
    assertEquals(0, result.code(), result.err());
    return result.out();
  }

  @Test
  void aStepTakesAFractionOfWhatAllLayersWould() throws Exception {
    JsonNode steps = new ObjectMapper().readTree(info("--memory", "--json")).path("step_memory");
    assertEquals(9, steps.size(), "three precisions at three shapes");
    for (JsonNode step : steps) {
      long activations = step.path("activation_bytes").asLong();
      assertTrue(activations > 0 && step.path("model_bytes").asLong() > 3 * 4 * 24513, "" + step);
      if (step.path("mbs").asInt() == 68) {
        assertTrue(activations < step.path("all_activations_bytes").asLong() / 5, "" + step);
      }
    }
  }

  @Test
  void aTableTellsItToPeople() throws Exception {
    String text = info("--memory");
    assertTrue(
        text.contains("precision  shape     model  activations  of all layers at once"), text);
    assertTrue(
        text.lines().anyMatch(line -> line.matches("fp32 +16x64 +[0-9.]+ +[0-9.]+ +\\d+ %")), text);
  }
}
