package org.ldctbench.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailureLineTest {
  /** As Python and W&B's client 0.30 leave it, colours included. */
  private static final String PYTHON =
      """
      training starts
      Traceback (most recent call last):
        File "/lab/train.py", line 9, in <module>
          main()
          ~~~~^^
        File "/lab/train.py", line 5, in main
          raise ValueError("no slices in /data")
      ValueError: no slices in /data
      \u001b[1;34mwandb\u001b[0m:\s
      \u001b[1;34mwandb\u001b[0m: You can sync this run to the cloud by running:
      \u001b[1;34mwandb\u001b[0m: \u001b[1mwandb sync /lab/wandb/offline-run-1\u001b[0m
      \u001b[1;34mwandb\u001b[0m: Find logs at: \u001b[1;35mwandb/offline-run-1/logs\u001b[0m
      """;

  @Test
  void theExceptionIsToldAndNotWhatComesAfterIt() {
    assertEquals("ValueError: no slices in /data", FailureLine.of(PYTHON));
  }

  @Test
  void ofChainedExceptionsTheLastOneEndedTheProgram() {
    String chained =
        PYTHON
            + """

            During handling of the above exception, another exception occurred:

            Traceback (most recent call last):
              File "/lab/train.py", line 12, in <module>
                report()
            lab.errors.Broken: first line
            second line
            """;
    assertEquals("lab.errors.Broken: first line", FailureLine.of(chained));
  }

  @Test
  void withoutATracebackTheLastLineThatIsNotOfWandb() {
    String ours =
        "iteration 10\nldctbench-train: data_folder: no such folder\nW&B: run x at http://h/x\n";
    assertEquals("ldctbench-train: data_folder: no such folder", FailureLine.of(ours));
    assertEquals("wandb: ERROR no key", FailureLine.of("wandb: ERROR no key\n\n"));
    assertEquals("", FailureLine.of("\n \n"));
  }

  @Test
  void coloursTitlesAndRewrittenLinesDoNotShow() {
    String bar = "\u001b]0;train\u0007 10 %\r 20 %\r\u001b[2K\u001b[31mout of memory\u001b[0m\n";
    assertEquals("out of memory", FailureLine.of(bar));
  }

  @Test
  void onlyTheEndOfALongOutputIsRead(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("run.log");
    Files.writeString(log, "é".repeat(1_000_000) + "\nkilled\n");
    assertEquals("killed", FailureLine.of(log));
    Files.writeString(log, "x".repeat(1_000_000));
    assertTrue(FailureLine.of(log).length() < 300);
  }
}
