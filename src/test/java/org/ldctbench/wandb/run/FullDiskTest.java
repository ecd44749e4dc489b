package org.ldctbench.wandb.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.wandb.log.RunReader;
import org.ldctbench.wandb.settings.WandbSettings;

/** A process whose files may not grow further sees what one with a full disk sees. */
class FullDiskTest {
  private static final int ROWS = 100;

  @TempDir Path root;

  /** A program that logs more than there is room for. */
  public static void main(String[] args) {
    Path root = Path.of(args[0]);
    WandbSettings settings = WandbSettings.load(Map.of("WANDB_MODE", "offline"), root, root);
    RunIdentity identity =
        RunIdentity.of(
            settings,
            root.resolve("run"),
            "abcd",
            "name",
            "p",
            List.of(),
            Map.of(),
            "t",
            List.of());
    try (WandbRun run =
        WandbRun.start(
            settings, identity, UploadEnd.here(Duration.ofSeconds(1)), System.out::println)) {
      for (int step = 0; step < ROWS; step++) {
        run.log(step, Map.of("SSIM", 0.5));
        // Too large soon; the rows between stay small enough.
        run.console("x".repeat(20_000) + "\n");
      }
      run.finish(0);
    }
    System.out.println("trained to the end");
  }

  @Test
  void aFullDiskNeverStopsTheProgramAndWhatWasWrittenStaysReadable() throws Exception {
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "ulimit -f 256; exec \"$@\"",
                "bash",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FullDiskTest.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), printed);
    assertTrue(printed.contains("trained to the end"), printed);
    assertEquals(1, printed.split("cannot be written", -1).length - 1, "told once: " + printed);
    assertTrue(printed.contains("records are missing"), printed);
    assertReadable();
  }

  private void assertReadable() throws IOException {
    try (RunReader run = RunReader.open(root.resolve("run/run-abcd.wandb"))) {
      assertEquals("", run.problem());
      assertTrue(run.history().size() > 10, run.history().size() + " rows");
      for (int step = 0; step < 10; step++) {
        assertEquals(step, run.history().get(step).get("_step").asInt());
      }
    }
  }
}
