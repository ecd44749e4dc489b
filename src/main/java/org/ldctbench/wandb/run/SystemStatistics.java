package org.ldctbench.wandb.run;

import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the machine and this process are doing, under W&B's names (without {@code system.}). */
final class SystemStatistics {
  private static final double MEBIBYTE = 1 << 20;
  private static final double GIBIBYTE = 1 << 30;
  private static final Pattern FIELD = Pattern.compile("(?m)^(\\w+):\\s+(\\d+)(?: kB)?$");

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final Path proc;
  private final File disk;

  SystemStatistics(Path proc, Path folder) {
    this.proc = proc;
    this.disk = folder.toFile();
  }

  /** One sample; what this machine does not tell is left out. */
  Map<String, Object> sample() {
    Map<String, Object> values = new LinkedHashMap<>();
    double load = system.getProcessCpuLoad();
    if (load >= 0) {
      values.put("cpu", 100 * load);
    }
    Map<String, Long> memory = fields("meminfo");
    Map<String, Long> process = fields("self/status");
    Long total = memory.get("MemTotal");
    Long available = memory.get("MemAvailable");
    Long resident = process.get("VmRSS");
    if (total != null && available != null) {
      values.put("memory_percent", 100.0 * (total - available) / total);
      values.put("proc.memory.availableMB", available / 1024.0);
    }
    if (resident != null) {
      values.put("proc.memory.rssMB", resident / 1024.0);
      if (total != null) {
        values.put("proc.memory.percent", 100.0 * resident / total);
      }
    }
    if (process.containsKey("Threads")) {
      values.put("proc.cpu.threads", process.get("Threads"));
    }
    long size = disk.getTotalSpace();
    if (size > 0) {
      long used = size - disk.getUsableSpace();
      values.put("disk./.usagePercent", 100.0 * used / size);
      values.put("disk./.usageGB", used / GIBIBYTE);
    }
    Runtime runtime = Runtime.getRuntime();
    values.put("jvm.heapMB", (runtime.totalMemory() - runtime.freeMemory()) / MEBIBYTE);
    return values;
  }

  /** Numbers of a file of {@code /proc}, sizes in KiB. */
  private Map<String, Long> fields(String name) {
    Map<String, Long> fields = new LinkedHashMap<>();
    try {
      Matcher matcher = FIELD.matcher(Files.readString(proc.resolve(name)));
      while (matcher.find()) {
        fields.put(matcher.group(1), Long.valueOf(matcher.group(2)));
      }
    } catch (IOException e) {
      return Map.of(); // Not every system has /proc.
    }
    return fields;
  }
}
