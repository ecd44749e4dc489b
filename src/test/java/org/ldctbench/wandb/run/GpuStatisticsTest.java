package org.ldctbench.wandb.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class GpuStatisticsTest {
  @TempDir Path folder;
  private final LinkedBlockingQueue<List<GpuStatistics.Gpu>> found = new LinkedBlockingQueue<>();

  private GpuStatistics start(String script) throws IOException {
    Path tool = folder.resolve("nvidia-smi");
    Files.writeString(tool, "#!/bin/sh\necho \"$@\" > " + folder + "/asked\n" + script);
    assertTrue(tool.toFile().setExecutable(true));
    return GpuStatistics.start(tool.toString(), Duration.ofSeconds(15), found::add);
  }

  @Test
  void theToolsLinesBecomeTheValuesThatOthersLogToo() throws Exception {
    try (GpuStatistics gpus =
        start(
            "echo '0, NVIDIA H100 80GB HBM3, GPU-1, 97, 40, 40800, 81600, 55, 350.00, 700.00'\n"
                + "echo '1, NVIDIA T1000, GPU-2, 3, 1, 100, 4096, 40, [N/A], [N/A]'\nsleep 60\n")) {
      assertEquals("NVIDIA H100 80GB HBM3", next().get(0).name());
      assertEquals(new GpuStatistics.Gpu(1, "NVIDIA T1000", "GPU-2", 4096L << 20), next().get(1));
      Map<String, Object> values = gpus.sample();
      assertEquals(97.0, values.get("gpu.0.gpu"));
      assertEquals(50.0, values.get("gpu.0.memoryAllocated"));
      assertEquals(40800L << 20, values.get("gpu.0.memoryAllocatedBytes"));
      assertEquals(50.0, values.get("gpu.0.powerPercent"));
      assertEquals(40.0, values.get("gpu.1.temp"));
      assertTrue(!values.containsKey("gpu.1.powerWatts"), values.toString());
    }
    assertTrue(Files.readString(folder.resolve("asked")).contains("--loop=15"));
  }

  private List<GpuStatistics.Gpu> next() throws InterruptedException {
    List<GpuStatistics.Gpu> gpus = found.poll(20, TimeUnit.SECONDS);
    assertTrue(gpus != null, "no GPU was found");
    return gpus;
  }

  @Test
  void aMachineWithoutOneHasNoValues() throws Exception {
    try (GpuStatistics none =
            GpuStatistics.start("/nonexistent/nvidia-smi", Duration.ofSeconds(1), found::add);
        GpuStatistics broken = start("echo 'No devices were found'; exit 6\n")) {
      assertEquals(Map.of(), none.sample());
      assertEquals(Map.of(), broken.sample());
    }
    assertTrue(found.isEmpty());
  }
}
