package org.ldctbench.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.ldctbench.engine.ImageQuality;

@Tag("drawing")
class EpochFilesTest {
  private static final EpochRecord FIRST =
      new EpochRecord(20, 0.23557772319763898, 1e-05, 0.7554317880975171, 27.39, Double.NaN);
  private static final EpochRecord SECOND = new EpochRecord(40, 0.5, 2.5, 0.875, 30, 100);

  @TempDir Path folder;

  @Test
  void tablesHaveAHeaderCrLfAndPythonsNumbers() throws IOException {
    EpochCsv.append(folder, FIRST, true);
    EpochCsv.append(folder, SECOND, false);
    String losses =
        "Iteration,loss train,loss val\r\n20,0.23557772319763898,1e-05\r\n40,0.5,2.5\r\n";
    String metrics =
        "Iteration,SSIM,PSNR,RMSE\r\n20,0.7554317880975171,27.39,nan\r\n40,0.875,30.0,100.0\r\n";
    assertEquals(losses, Files.readString(folder.resolve("Losses.csv")));
    assertEquals(metrics, Files.readString(folder.resolve("Metrics.csv")));
    EpochCsv.rewrite(folder, List.of(FIRST, SECOND));
    assertEquals(losses, Files.readString(folder.resolve("Losses.csv")));
    assertEquals(metrics, Files.readString(folder.resolve("Metrics.csv")));
    EpochCsv.rewrite(folder, List.of());
    assertFalse(Files.exists(folder.resolve("Losses.csv")));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40})
  void fourPlotsOfFiveByThreeInchesAreDrawn(int count) throws IOException {
    List<EpochRecord> epochs =
        java.util.stream.IntStream.range(1, count + 1)
            .mapToObj(i -> new EpochRecord(i * 20L, 1.0 / i, 2.0 / i, 1 - 0.5 / i, 30, 50))
            .toList();
    EpochPlots.draw(folder, epochs);
    for (String name : List.of("Losses_loss", "Metrics_SSIM", "Metrics_PSNR", "Metrics_RMSE")) {
      String pdf = Files.readString(folder.resolve(name + ".pdf"), StandardCharsets.ISO_8859_1);
      assertTrue(pdf.startsWith("%PDF-"));
      assertTrue(pdf.contains("360") && pdf.contains("216"), "5 x 3 inches in points");
    }
  }

  @Test
  void valuesThatNoLogarithmHasAreDrawnAllTheSame() throws IOException {
    EpochPlots.draw(folder, List.of(FIRST, new EpochRecord(40, 0, Double.NaN, 0, 0, 0)));
    EpochPlots.draw(folder, List.of(new EpochRecord(40, Double.NaN, Double.NaN, Double.NaN, 0, 0)));
    assertTrue(Files.size(folder.resolve("Losses_loss.pdf")) > 0);
  }

  @Test
  void qualityIsAveragedOverImagesThenBatches() {
    QualityMean mean =
        QualityMean.of(
            new ImageQuality(new double[] {0.5, 0.7, 0.9, 0.5}, new double[] {4, 16, 0, 100}), 2);
    assertEquals(0.65, mean.ssim(), 1e-15);
    assertEquals((2 + 4 + 0 + 10) / 4.0, mean.rmse(), 1e-15);
    double identical = 149.3195; // of the original, for images without any difference
    assertEquals(identical, QualityMean.psnr(0), 1e-4);
    double expected =
        (QualityMean.psnr(4) + QualityMean.psnr(16) + QualityMean.psnr(0) + QualityMean.psnr(100))
            / 4;
    assertEquals(expected, mean.psnr(), 1e-12);
  }
}
