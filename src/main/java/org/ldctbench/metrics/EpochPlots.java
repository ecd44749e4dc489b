package org.ldctbench.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.ldctbench.common.AtomicFile;

/** Losses_loss.pdf and Metrics_{SSIM,PSNR,RMSE}.pdf: curves over iterations, 5 x 3 inches. */
public final class EpochPlots {
  private static final int POINTS_PER_INCH = 72;

  private EpochPlots() {}

  /** Draws all four; at least one epoch is needed. */
  public static void draw(Path folder, List<EpochRecord> epochs) throws IOException {
    XYChart losses = chart("Loss");
    // A logarithmic axis has no place for zero or NaN; the CSV has them.
    boolean logarithmic = positive(epochs, EpochRecord::trainLoss, EpochRecord::valLoss);
    losses.getStyler().setYAxisLogarithmic(logarithmic);
    losses.getStyler().setLegendVisible(true).setLegendPosition(LegendPosition.InsideNE);
    curve(losses, "train", epochs, EpochRecord::trainLoss);
    curve(losses, "val", epochs, EpochRecord::valLoss);
    save(losses, folder.resolve("Losses_loss.pdf"));
    single(folder, "SSIM", epochs, EpochRecord::ssim);
    single(folder, "PSNR", epochs, EpochRecord::psnr);
    single(folder, "RMSE", epochs, EpochRecord::rmse);
  }

  private static void single(
      Path folder, String name, List<EpochRecord> epochs, ToDoubleFunction<EpochRecord> value)
      throws IOException {
    XYChart chart = chart(name);
    chart.getStyler().setLegendVisible(false);
    curve(chart, name, epochs, value);
    save(chart, folder.resolve("Metrics_" + name + ".pdf"));
  }

  private static XYChart chart(String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(5 * POINTS_PER_INCH)
            .height(3 * POINTS_PER_INCH)
            .xAxisTitle("Iteration")
            .yAxisTitle(yTitle)
            .build();
    chart.getStyler().setChartTitleVisible(false);
    return chart;
  }

  private static void curve(
      XYChart chart, String name, List<EpochRecord> epochs, ToDoubleFunction<EpochRecord> value) {
    double[] x = epochs.stream().mapToDouble(EpochRecord::iteration).toArray();
    // NaN leaves a gap; infinity would stretch the axis to nothing.
    double[] y =
        epochs.stream().mapToDouble(value).map(v -> Double.isFinite(v) ? v : Double.NaN).toArray();
    chart
        .addSeries(name, x, y)
        .setMarker(epochs.size() < 3 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }

  @SafeVarargs
  private static boolean positive(
      List<EpochRecord> epochs, ToDoubleFunction<EpochRecord>... values) {
    return epochs.stream()
        .allMatch(
            epoch -> {
              for (ToDoubleFunction<EpochRecord> value : values) {
                double v = value.applyAsDouble(epoch);
                if (!(v > 0) || Double.isInfinite(v)) {
                  return false;
                }
              }
              return true;
            });
  }

  private static void save(XYChart chart, Path file) throws IOException {
    AtomicFile.write(file, out -> ChartEncoder.saveChart(chart, out, "pdf"));
  }
}
