package org.ldctbench.wandb.run;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.ldctbench.wandb.log.Items;
import org.ldctbench.wandb.proto.EnvironmentRecord;
import org.ldctbench.wandb.proto.NvidiaGpu;
import org.ldctbench.wandb.proto.Record;
import org.ldctbench.wandb.proto.StatsRecord;

/** Records every few seconds what the machine is doing, from a thread of its own. */
final class Sampler implements Closeable {
  private static final Duration INTERVAL = Duration.ofSeconds(15);

  private final SystemStatistics system;
  private final Supplier<Instant> clock;
  private final Consumer<Record.Builder> sink;
  private final Thread thread = new Thread(this::work, "wandb-statistics");
  private GpuStatistics gpus;

  private Sampler(SystemStatistics system, Supplier<Instant> clock, Consumer<Record.Builder> sink) {
    this.system = system;
    this.clock = clock;
    this.sink = sink;
  }

  /**
   * @param folder on the disk that is of interest
   * @param clock time of the samples
   * @param sink takes the records
   */
  static Sampler start(Path folder, Supplier<Instant> clock, Consumer<Record.Builder> sink) {
    Sampler sampler = new Sampler(new SystemStatistics(Path.of("/proc"), folder), clock, sink);
    sampler.gpus = GpuStatistics.start("nvidia-smi", INTERVAL, sampler::record);
    sampler.thread.setDaemon(true);
    sampler.thread.start();
    return sampler;
  }

  @Override
  public void close() {
    thread.interrupt();
    gpus.close();
  }

  private void work() {
    try {
      while (true) {
        Map<String, Object> values = new LinkedHashMap<>(system.sample());
        values.putAll(gpus.sample());
        sink.accept(
            Record.newBuilder()
                .setStats(
                    StatsRecord.newBuilder()
                        .setTimestamp(Surroundings.timestamp(clock.get()))
                        .addAllItem(Items.of(values))));
        Thread.sleep(INTERVAL.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The run is finished.
    }
  }

  /** What the machine has is known a little later than the run begins. */
  private void record(List<GpuStatistics.Gpu> found) {
    EnvironmentRecord.Builder environment =
        EnvironmentRecord.newBuilder()
            .setGpuType(found.get(0).name())
            .setGpuCount(found.size())
            .addGpuNvidia(gpu(found.get(found.size() - 1)));
    sink.accept(Record.newBuilder().setEnvironment(environment));
  }

  private static NvidiaGpu gpu(GpuStatistics.Gpu gpu) {
    return NvidiaGpu.newBuilder()
        .setName(gpu.name())
        .setMemoryTotal(gpu.memory())
        .setUuid(gpu.uuid())
        .build();
  }
}
