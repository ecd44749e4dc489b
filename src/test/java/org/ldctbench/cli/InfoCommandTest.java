package org.ldctbench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.ldctbench.engine.Precision;
import picocli.CommandLine;

class InfoCommandTest {
  private static String info(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new InfoCommand()).setOut(new PrintWriter(out));
    assertEquals(0, command.execute(arguments));
    return out.toString();
  }

  @Test
  void asTextItNamesEveryPrecisionAndTheStateOfCuda() {
    String text = info();
    for (Precision precision : Precision.values()) {
      assertTrue(text.contains("\n" + precision.label()), text);
    }
    assertTrue(text.contains("\ncuda "), text);
  }

  @Test
  void asJsonItHoldsTolerancesAndKernels() throws Exception {
    JsonNode info = new ObjectMapper().readTree(info("--json"));
    assertEquals(5e-6, info.path("gradient_tolerance").path("fp32").asDouble());
    assertTrue(info.path("cpu").path("precisions").path("fp32").path("kernel").isTextual());
    assertTrue(info.path("cuda").path("library").isBoolean());
  }

  @Test
  void aStepTakesAFractionOfWhatAllLayersWould() throws Exception {
    JsonNode steps = new ObjectMapper().readTree(info("--memory", "--json")).path("step_memory");
    assertEquals(9, steps.size(), "three precisions at three shapes");
    for (JsonNode step : steps) {
      long activations = step.path("activation_bytes").asLong();
      assertTrue(activations > 0, "" + step);
      assertTrue(step.path("model_bytes").asLong() > 3 * 4 * 24513, "" + step);
      if (step.path("mbs").asInt() == 68) {
        assertTrue(activations < step.path("all_activations_bytes").asLong() / 5, "" + step);
      }
    }
  }

  @Test
  void memoryIsATableForPeople() {
    String text = info("--memory");
    String head = "precision  shape     model  activations  of all layers at once";
    assertTrue(text.contains(head), text);
    String row = "fp32 +16x64 +[0-9.]+ +[0-9.]+ +\\d+ %";
    assertTrue(text.lines().anyMatch(line -> line.matches(row)), text);
  }
}
