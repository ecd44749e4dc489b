package org.ldctbench.wandb.run;

import com.google.protobuf.Timestamp;
import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.ldctbench.wandb.proto.DiskInfo;
import org.ldctbench.wandb.proto.EnvironmentRecord;
import org.ldctbench.wandb.proto.MemoryInfo;
import org.ldctbench.wandb.settings.WandbSettings;

/** Where a run takes place: machine, system, program. */
final class Surroundings {
  private Surroundings() {}

  static EnvironmentRecord record(WandbSettings settings, RunIdentity run, Instant start) {
    int processors = Runtime.getRuntime().availableProcessors();
    File disk = new File("/");
    return EnvironmentRecord.newBuilder()
        .setOs(System.getProperty("os.name") + "-" + System.getProperty("os.version"))
        .setStartedAt(timestamp(start))
        .addAllArgs(run.args())
        .setProgram(run.program())
        .setRoot(Path.of("").toAbsolutePath().toString())
        .setHost(host(settings))
        .setExecutable(Path.of(System.getProperty("java.home"), "bin", "java").toString())
        .setCpuCount(processors)
        .setCpuCountLogical(processors)
        .putDisk(
            "/",
            DiskInfo.newBuilder()
                .setTotal(disk.getTotalSpace())
                .setUsed(disk.getTotalSpace() - disk.getUsableSpace())
                .build())
        .setMemory(
            MemoryInfo.newBuilder()
                .setTotal(
                    ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                        .getTotalMemorySize()))
        .setWriterId(UUID.randomUUID().toString().replace("-", ""))
        .build();
  }

  static String host(WandbSettings settings) {
    if (!settings.host().isEmpty()) {
      return settings.host();
    }
    try {
      // A name service may take seconds to say what the system knows.
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return System.getenv().getOrDefault("HOSTNAME", "unknown");
    }
  }

  static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }
}
