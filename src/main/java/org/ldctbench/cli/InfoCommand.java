package org.ldctbench.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.ldctbench.binding.Engines;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ldctbench info}: what this machine offers and what the engines make of it. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = "Show the engines, devices and kernels that this machine offers.",
    footer = {
      "",
      "LDCT_CPU_ISA=plain|avx2|avx512|avx512bf16|amx caps the instruction set of the CPU engine.",
      "",
      "Examples:",
      "  ldctbench info --memory",
      "  ldctbench info --json"
    })
public final class InfoCommand implements Callable<Integer> {
  @Option(names = "--json", description = "One JSON object instead of text.")
  boolean json;

  @Option(
      names = "--memory",
      description = "Also measure the memory of a training step on the CPU (a few seconds).")
  boolean memory;

  @Mixin OutputOptions output;

  @Spec CommandSpec spec;

  @Override
  public Integer call() {
    ObjectNode info = collect();
    if (memory) {
      StepMemory.measure(info.putArray("step_memory"));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(info.toPrettyString());
    } else {
      print(info, out);
    }
    out.flush();
    return ExitCode.OK.code();
  }

  private static ObjectNode collect() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode info = mapper.createObjectNode();
    info.put("version", new VersionProvider().getVersion()[0]);
    info.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    info.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    ObjectNode tolerances = info.putObject("gradient_tolerance");
    for (Precision precision : Precision.values()) {
      tolerances.put(precision.label(), precision.gradientTolerance());
    }
    try {
      info.setAll((ObjectNode) mapper.readTree(Engines.capabilities()));
    } catch (EngineException e) {
      throw new UserException(ExitCode.ENGINE, e.getMessage(), e);
    } catch (JsonProcessingException e) {
      throw new UserException(ExitCode.INTERNAL, "the engine's report is not valid JSON", e);
    }
    return info;
  }

  private static void print(ObjectNode info, PrintWriter out) {
    out.println(info.path("version").asText());
    out.println("java      " + info.path("java").asText());
    out.println("system    " + info.path("system").asText());
    JsonNode cpu = info.path("cpu");
    out.println("cpu       " + cpu.path("model").asText() + ", " + cpu.path("cores") + " cores");
    out.println();
    JsonNode cuda = info.path("cuda").path("precisions");
    out.println("precision  gradients within  cuda kernels  cpu kernels");
    cpu.path("precisions")
        .properties()
        .forEach(
            entry -> {
              double tolerance = info.path("gradient_tolerance").path(entry.getKey()).asDouble();
              out.printf(
                  Locale.ROOT,
                  "%-9s  %-16s  %-12s  %s%n",
                  entry.getKey(),
                  String.format(Locale.ROOT, "%.0e", tolerance),
                  cuda.path(entry.getKey()).path("kernel").asText("none"),
                  entry.getValue().path("kernel").asText("none"));
              entry
                  .getValue()
                  .path("declined")
                  .forEach(
                      declined ->
                          out.printf(
                              "%-43snot %s: %s%n",
                              "",
                              declined.path("kernel").asText(),
                              declined.path("reason").asText()));
            });
    out.println();
    printCuda(info.path("cuda"), out);
    printMemory(info.path("step_memory"), out);
  }

  private static void printMemory(JsonNode steps, PrintWriter out) {
    if (!steps.isEmpty()) {
      out.printf(
          "%nMiB of a training step on the CPU%n%-9s  %-7s  %6s  %11s  %s%n",
          "precision", "shape", "model", "activations", "of all layers at once");
    }
    for (JsonNode step : steps) {
      double activations = step.path("activation_bytes").asDouble();
      out.printf(
          Locale.ROOT,
          "%-9s  %-7s  %6.1f  %11.1f  %3.0f %%%n",
          step.path("precision").asText(),
          step.path("mbs").asText() + "x" + step.path("patch").asText(),
          step.path("model_bytes").asDouble() / (1 << 20),
          activations / (1 << 20),
          100 * activations / step.path("all_activations_bytes").asDouble());
    }
  }

  private static void printCuda(JsonNode cuda, PrintWriter out) {
    for (JsonNode device : cuda.path("devices")) {
      out.printf(
          Locale.ROOT,
          "cuda      device %d: %s, compute capability %s, %.0f GiB%n",
          device.path("ordinal").asInt(),
          device.path("name").asText(device.path("reason").asText()),
          device.path("compute_capability").asText("unknown"),
          device.path("memory_bytes").asDouble() / (1 << 30));
      if (device.path("name").isTextual() && device.path("reason").isTextual()) {
        out.println("cuda      not usable: " + device.path("reason").asText());
      }
    }
    if (cuda.path("library").asBoolean()) {
      out.printf(
          "cuda      driver %s, runtime %s%n",
          cuda.path("driver").asText("none"), cuda.path("runtime").asText());
    }
    if (cuda.path("reason").isTextual()) {
      out.println("cuda      not available: " + cuda.path("reason").asText());
    }
  }
}
