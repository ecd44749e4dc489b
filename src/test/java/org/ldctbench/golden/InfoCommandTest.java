package org.ldctbench.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.ldctbench.cli.InfoCommand;
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
}
