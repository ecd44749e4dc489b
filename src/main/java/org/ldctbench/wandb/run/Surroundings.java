package org.ldctbench.wandb.run;

import com.google.protobuf.Timestamp;
import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }
}
