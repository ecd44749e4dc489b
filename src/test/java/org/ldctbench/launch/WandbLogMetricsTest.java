package org.ldctbench.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.sweep.RunMonitor;
import org.ldctbench.wandb.run.RunIdentity;
import org.ldctbench.wandb.run.UploadEnd;
import org.ldctbench.wandb.run.WandbRun;
import org.ldctbench.wandb.settings.WandbSettings;

class WandbLogMetricsTest {
  @TempDir Path root;

  @Test
  void resultsOfAnyProgramAreLearntFromItsLogWhileItRuns() {
    WandbSettings settings = WandbSettings.load(Map.of("WANDB_MODE", "offline"), root, root);
    Path wandb = settings.wandbFolder();
    MetricSource source = new WandbLogMetrics(new RunFolderMetrics(wandb, "abcd1234"), "abcd1234");
    assertEquals(Optional.empty(), source.folder());
    Path folder = wandb.resolve("offline-run-20260101_120000-abcd1234");
    RunIdentity identity =
        RunIdentity.of(settings, folder, "abcd1234", "n", "p", List.of(), Map.of(), "t", List.of());
    try (WandbRun run =
        WandbRun.start(settings, identity, UploadEnd.here(Duration.ofSeconds(30)), line -> {})) {
      run.log(10, Map.of("score", 0.5, "note", "text"));
      assertEquals(Optional.of(folder), source.folder());
      assertEquals(List.of(new RunMonitor.Row(10, Map.of("score", 0.5))), source.rows());
      run.log(20, Map.of("score", 1));
      assertEquals(2, source.rows().size());
    }
  }
}
