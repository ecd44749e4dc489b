package org.ldctbench.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTableTest {
  @Test
  void numbersStandOnACommonDotAndHeadersKeepTheirBlanks() {
    MarkdownTable table = new MarkdownTable(List.of("Method", "SSIM (Chest)", "RMSE (Chest)"));
    table.row("LD", new double[] {0.533, 74.27});
    table.row("offline-run-1", new double[] {0.74, 103.4654});
    assertEquals(
        """
        | Method        |   SSIM (Chest) |   RMSE (Chest) |
        |---------------|----------------|----------------|
        | LD            |          0.533 |         74.27  |
        | offline-run-1 |          0.74  |        103.465 |
        """,
        table.toString());
  }

  @Test
  void infiniteAndMissingMeansAreShown() {
    MarkdownTable table = new MarkdownTable(List.of("Method", "PSNR (Neuro)"));
    table.row("LD", new double[] {Double.POSITIVE_INFINITY});
    table.row("x", new double[] {Double.NaN});
    assertEquals(
        """
        | Method |   PSNR (Neuro) |
        |--------|----------------|
        | LD     |            inf |
        | x      |            nan |
        """,
        table.toString());
  }
}
