package org.ldctbench.binding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.engine.Engine;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.EngineException.Cause;
import org.ldctbench.engine.Kernels;
import org.ldctbench.engine.Precision;

/** Opens engines by name and tells what this machine offers. */
public final class Engines {
  private Engines() {}

  /**
   * Opens an engine with the kernels of this project.
   *
   * @see #open(String, int, int, Kernels, Consumer)
   */
  public static Engine open(String name, int threads, int device, Consumer<String> log) {
    return open(name, threads, device, Kernels.TUNED, log);
  }

  /**
   * Opens an engine.
   *
   * @param name {@code cpu}, {@code cuda}, or {@code auto}: CUDA where a device answers and the
   *     engine supports it, else the CPU
   * @param threads of the CPU engine, 0 = one a core that this process may use
   * @param device CUDA ordinal
   * @param kernels of a CUDA engine
   * @param log receives one line that says which engine was taken and why
   * @throws EngineException if the engine is not available, with the reason
   */
  public static Engine open(
      String name, int threads, int device, Kernels kernels, Consumer<String> log) {
    NativeLibrary.require();
    return switch (name) {
      case "cpu" -> {
        Engine engine = cpu(threads);
        log.accept("engine: " + engine.description());
        yield engine;
      }
      case "cuda" -> {
        Engine engine = cuda(device, kernels);
        log.accept("engine: " + engine.description());
        yield engine;
      }
      case "auto" -> automatic(threads, device, kernels, log);
      default ->
          throw new EngineException(
              Cause.INVALID_ARGUMENT, "unknown engine '" + name + "'; use auto, cpu or cuda");
    };
  }

  /**
   * What this machine has and which implementation each precision takes: {@code
   * {"cpu":{...},"cuda":{...}}}, as {@code ldct_capabilities} writes it.
   */
  public static String capabilities() {
    NativeLibrary.require();
    long[] needed = new long[1];
    byte[] text = new byte[1 << 16];
    Status.check(Ldct.ldct_capabilities(text, text.length, needed));
    return new String(text, 0, Math.toIntExact(needed[0]) - 1, StandardCharsets.UTF_8);
  }

  private static Engine automatic(int threads, int device, Kernels kernels, Consumer<String> log) {
    try {
      Engine engine = cuda(device, kernels);
      log.accept("engine: " + engine.description());
      return engine;
    } catch (EngineException e) {
      if (e.kind() != Cause.NO_DEVICE && e.kind() != Cause.UNSUPPORTED) {
        throw e;
      }
      Engine engine = cpu(threads);
      log.accept("engine: " + engine.description() + "; not cuda: " + e.getMessage());
      return engine;
    }
  }

  private static Engine cpu(int threads) {
    JsonNode cpu = capabilityTree().path("cpu");
    // Unlike the engine itself, Java knows of a container's share of the processor.
    int workers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    String description =
        "cpu, "
            + cpu.path("model").asText()
            + ", "
            + workers
            + (workers == 1 ? " thread" : " threads")
            + ", fp32 kernels "
            + cpu.path("precisions").path("fp32").path("kernel").asText();
    return new NativeEngine(
        "cpu", Ldct.LDCT_CPU, workers, 0, Kernels.TUNED, description, kernels(cpu));
  }

  private static Engine cuda(int device, Kernels kernels) {
    JsonNode cuda = capabilityTree().path("cuda");
    String name = cuda.path("devices").path(device).path("name").asText("?");
    String description = "cuda, device " + device + ", " + name;
    Map<Precision, String> names = kernels(cuda);
    if (kernels == Kernels.CUDNN) {
      description += ", kernels of cuDNN";
      for (Precision precision : List.of(Precision.FP32, Precision.TF32, Precision.BF16)) {
        names.put(precision, kernels.label());
      }
    }
    return new NativeEngine("cuda", Ldct.LDCT_CUDA, 0, device, kernels, description, names);
  }

  private static Map<Precision, String> kernels(JsonNode engine) {
    Map<Precision, String> kernels = new EnumMap<>(Precision.class);
    for (Precision precision : Precision.values()) {
      JsonNode kernel = engine.path("precisions").path(precision.label()).path("kernel");
      if (kernel.isTextual()) {
        kernels.put(precision, kernel.asText());
      }
    }
    return kernels;
  }

  /** Whether there is a CUDA device, but no kernels of a precision for it. */
  public static boolean cudaLacks(Precision precision) {
    NativeLibrary.require();
    JsonNode cuda = capabilityTree().path("cuda");
    return !cuda.path("devices").isEmpty() && !kernels(cuda).containsKey(precision);
  }

  private static JsonNode capabilityTree() {
    try {
      return new ObjectMapper().readTree(capabilities());
    } catch (JsonProcessingException e) {
      EngineException failure =
          new EngineException(Cause.INTERNAL, "the engine's capabilities are not valid JSON");
      failure.initCause(e);
      throw failure;
    }
  }
}
