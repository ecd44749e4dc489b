package org.ldctbench.wandb.run;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.ldctbench.common.ChildProcess;

/**
 * What the NVIDIA GPUs of this machine are doing, as {@code nvidia-smi} (a front end of NVML) says
 * every few seconds; nothing where it is not installed or stops. Thread-safe.
 */
final class GpuStatistics implements Closeable {
  private static final List<String> FIELDS =
      List.of(
          "index",
          "name",
          "uuid",
          "utilization.gpu",
          "utilization.memory",
          "memory.used",
          "memory.total",
          "temperature.gpu",
          "power.draw",
          "enforced.power.limit");
  private static final double MEBIBYTE = 1 << 20;

  private final Map<Integer, Map<String, Object>> latest = new TreeMap<>();
  private final Map<Integer, Gpu> gpus = new LinkedHashMap<>();
  private final Consumer<List<Gpu>> discoveries;
  private Process process;

  /** A GPU of this machine; memory in bytes. */
  record Gpu(int index, String name, String uuid, long memory) {}

  private GpuStatistics(Consumer<List<Gpu>> discoveries) {
    this.discoveries = discoveries;
  }

  /**
   * Starts watching.
   *
   * @param command the tool, usually {@code nvidia-smi}
   * @param discoveries hears of all GPUs so far whenever one is new, which stands last; from
   *     another thread
   */
  static GpuStatistics start(String command, Duration interval, Consumer<List<Gpu>> discoveries) {
    GpuStatistics statistics = new GpuStatistics(discoveries);
    try {
      statistics.process =
          ChildProcess.start(
              new ProcessBuilder(
                      command,
                      "--query-gpu=" + String.join(",", FIELDS),
                      "--format=csv,noheader,nounits",
                      "--loop=" + interval.toSeconds())
                  .redirectError(ProcessBuilder.Redirect.DISCARD));
      Thread thread = new Thread(statistics::read, "wandb-gpu");
      thread.setDaemon(true);
      thread.start();
    } catch (IOException e) {
      return statistics; // A machine without such a GPU.
    }
    return statistics;
  }

  /** Newest values under W&B's names. */
  synchronized Map<String, Object> sample() {
    Map<String, Object> values = new LinkedHashMap<>();
    latest.values().forEach(values::putAll);
    return values;
  }

  @Override
  public void close() {
    if (process != null) {
      ChildProcess.kill(process);
    }
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        accept(List.of(line.split("\\s*,\\s*", -1)));
      }
    } catch (IOException e) {
      forget(); // Closed, or the tool died.
    }
    forget();
  }

  private synchronized void forget() {
    latest.clear();
  }

  private void accept(List<String> cells) {
    if (cells.size() != FIELDS.size() || !cells.get(0).matches("\\d{1,4}")) {
      return; // Not a line of values, e.g. that no device was found.
    }
    int index = Integer.parseInt(cells.get(0));
    Map<String, Double> numbers = new LinkedHashMap<>();
    for (int i = 3; i < cells.size(); i++) {
      if (cells.get(i).matches("\\d{1,12}(\\.\\d+)?")) {
        numbers.put(FIELDS.get(i), Double.valueOf(cells.get(i)));
      }
    }
    Gpu gpu =
        new Gpu(
            index,
            cells.get(1),
            cells.get(2),
            (long) (numbers.getOrDefault("memory.total", 0.0) * MEBIBYTE));
    boolean fresh;
    synchronized (this) {
      latest.put(index, values("gpu." + index + ".", numbers));
      fresh = gpus.put(index, gpu) == null;
    }
    if (fresh) {
      discoveries.accept(List.copyOf(gpus.values()));
    }
  }

  private static Map<String, Object> values(String prefix, Map<String, Double> numbers) {
    Map<String, Object> values = new LinkedHashMap<>();
    put(values, prefix + "gpu", numbers.get("utilization.gpu"));
    put(values, prefix + "memory", numbers.get("utilization.memory"));
    put(values, prefix + "temp", numbers.get("temperature.gpu"));
    put(values, prefix + "powerWatts", numbers.get("power.draw"));
    put(values, prefix + "enforcedPowerLimitWatts", numbers.get("enforced.power.limit"));
    Double used = numbers.get("memory.used");
    if (used != null) {
      values.put(prefix + "memoryAllocatedBytes", (long) (used * MEBIBYTE));
      put(values, prefix + "memoryAllocated", percent(used, numbers.get("memory.total")));
    }
    put(
        values,
        prefix + "powerPercent",
        percent(numbers.get("power.draw"), numbers.get("enforced.power.limit")));
    return values;
  }

  private static Double percent(Double part, Double whole) {
    return part == null || whole == null || whole == 0 ? null : Double.valueOf(100 * part / whole);
  }

  private static void put(Map<String, Object> values, String key, Double value) {
    if (value != null) {
      values.put(key, value);
    }
  }
}
